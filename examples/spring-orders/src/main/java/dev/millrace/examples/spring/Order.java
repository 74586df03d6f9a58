package dev.millrace.examples.spring;

/** An order of the shop; travels as JSON. */
record Order(String id, String customer, int cents) {}
