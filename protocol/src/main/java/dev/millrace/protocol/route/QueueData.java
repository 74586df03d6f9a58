package dev.millrace.protocol.route;

/** How many queues of a topic one broker group has. */
public record QueueData(String brokerName, int perm, int readQueueNums, int topicSysFlag, int writeQueueNums) {}
