package dev.millrace.store.file;

import java.io.IOException;

/** The operating system said that there is no space. */
final class OutOfSpace extends IOException {
    private static final long serialVersionUID = 1L;

    OutOfSpace(String message) {
        super(message);
    }
}
