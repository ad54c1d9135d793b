/** Files that clients upload. */
@org.jspecify.annotations.NullMarked
package dev.gatun.gateway.files;
