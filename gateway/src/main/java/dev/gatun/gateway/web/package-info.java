/** Pages for people: the dashboard, and the description of the API. */
@org.jspecify.annotations.NullMarked
package dev.gatun.gateway.web;
