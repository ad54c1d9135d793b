/** Rows of data that models make up: checked, without duplicates, balanced as asked. */
@org.jspecify.annotations.NullMarked
package dev.gatun.gateway.synthetic;
