package dev.gatun.ai;

/**
 * A source of an answer.
 *
 * @param url its address
 * @param title its title, or empty
 * @param snippet an excerpt, or empty
 */
public record Citation(String url, String title, String snippet) {}
