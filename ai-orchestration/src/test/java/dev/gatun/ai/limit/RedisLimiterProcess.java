package dev.gatun.ai.limit;

import dev.gatun.ai.Usd;
import dev.gatun.ai.redis.Redis;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.Executors;

/** One of two processes that share a Redis: prints what it spent, used and was granted. */
final class RedisLimiterProcess {
  private RedisLimiterProcess() {}

  /** What the processes share. */
  static RedisLimiter limiter(Redis redis) {
    return new RedisLimiter(
        redis,
        "two-processes",
        List.of(
            Rule.forEach("tenant", Rule.Scope.TENANT)
                .budget(Usd.of("1.00"), Rule.Period.TOTAL)
                .tokensPerMinute(10_000)));
  }

  public static void main(String[] args) throws IOException {
    try (Redis redis = Redis.at(URI.create("redis://127.0.0.1:" + args[0]))) {
      RedisLimiter limiter = limiter(redis);
      LimiterContract.Tally tally = new LimiterContract.Tally();
      for (int i = 0; i < 10; i++) {
        tally.call(limiter);
      }
      System.out.println("begun");
      if (System.in.read() < 0) {
        return;
      }
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 500; i++) {
          var _ = threads.submit(() -> tally.call(limiter));
        }
      }
      System.out.println(tally.money + " " + tally.tokens + " " + tally.granted);
    }
  }
}
