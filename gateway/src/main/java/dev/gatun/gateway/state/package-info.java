/** What outlives the process: one database, SQLite or PostgreSQL. */
@org.jspecify.annotations.NullMarked
package dev.gatun.gateway.state;
