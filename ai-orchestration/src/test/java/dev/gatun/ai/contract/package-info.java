/** Suites that implementations of the client's interfaces must pass. */
package dev.gatun.ai.contract;
