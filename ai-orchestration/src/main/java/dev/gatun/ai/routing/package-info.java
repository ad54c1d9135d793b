/**
 * Who is asked: pure policies that rank the models which can serve a request, and a predictor of
 * answer quality that is trained from scored examples.
 */
@org.jspecify.annotations.NullMarked
package dev.gatun.ai.routing;
