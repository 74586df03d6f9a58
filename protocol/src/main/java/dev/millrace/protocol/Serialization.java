package dev.millrace.protocol;

/** How the header of a frame is written; the number is the first byte of the header mark. */
public enum Serialization {
    JSON(0),
    ROCKETMQ(1);

    private final int number;

    Serialization(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
