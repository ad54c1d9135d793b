package dev.gatun.gateway.jobs;

/**
 * Something that a job told.
 *
 * @param number its number in the job, from 1
 * @param name {@code progress}, or the status in which the job ended
 * @param data a JSON document
 */
public record JobEvent(long number, String name, String data) {}
