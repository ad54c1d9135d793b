/** JSON values that keep member order, unknown members and the digits of numbers. */
@org.jspecify.annotations.NullMarked
package dev.gatun.ai.json;
