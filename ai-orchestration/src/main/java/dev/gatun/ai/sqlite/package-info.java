/** A SQLite file: how it is opened, read and written. */
@org.jspecify.annotations.NullMarked
package dev.gatun.ai.sqlite;
