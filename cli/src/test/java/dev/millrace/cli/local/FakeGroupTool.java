package dev.millrace.cli.local;

import java.util.List;

/** Says what it was asked; refuses to hand over to copy 9. */
final class FakeGroupTool {
    private FakeGroupTool() {}

    public static void main(String[] arguments) {
        if (List.of(arguments).containsAll(List.of("switchover", "9"))) {
            System.err.println("group: copy 9 is none of the 3 copies; they are numbered from 0 to 2");
            System.exit(1);
        }
        System.out.println(String.join(" ", arguments));
    }
}
