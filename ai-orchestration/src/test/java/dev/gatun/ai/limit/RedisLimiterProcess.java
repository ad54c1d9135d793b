package dev.gatun.ai.limit;

import dev.gatun.ai.Usd;
import dev.gatun.ai.redis.Redis;
import java.net.URI;
import java.util.List;
import java.util.concurrent.Executors;

/** One of two processes that share a Redis: prints what it spent, used and was granted. */
final class RedisLimiterProcess {
  private RedisLimiterProcess() {}

  public static void main(String[] args) {
    try (Redis redis = Redis.at(URI.create("redis://127.0.0.1:" + args[0]))) {
      RedisLimiter limiter =
          new RedisLimiter(
              redis,
              "two-processes",
              List.of(
                  Rule.forEach("tenant", Rule.Scope.TENANT)
                      .budget(Usd.of("1.00"), Rule.Period.TOTAL)
                      .tokensPerMinute(10_000)));
      LimiterContract.Tally tally = new LimiterContract.Tally();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 500; i++) {
          var _ = threads.submit(() -> tally.call(limiter));
        }
      }
      System.out.println(tally.money + " " + tally.tokens + " " + tally.granted);
    }
  }
}
