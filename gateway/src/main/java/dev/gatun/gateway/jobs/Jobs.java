package dev.gatun.gateway.jobs;

import dev.gatun.ai.error.AiException;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.ProviderConfig;
import dev.gatun.gateway.events.Outbox;
import dev.gatun.gateway.http.AiProblems;
import dev.gatun.gateway.http.Problem;
import dev.gatun.gateway.state.Database;
import dev.gatun.gateway.state.Ids;
import dev.gatun.gateway.state.StateUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Does jobs. Any instance on one database claims those that wait, one instance at a time has a job,
 * for as long as it renews its lease; when it dies, another takes the job over and goes on from its
 * last checkpoint. Each job ends once. Thread-safe.
 */
public final class Jobs implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PRUNE = Duration.ofMinutes(10);
  private static final Duration STOP = Duration.ofSeconds(5);
  // A job that takes its process down with it must not take all of them down, one by one.
  private static final int MAX_TAKEOVERS = 5;

  private final JobStore store;
  private final Settings settings;
  private final Map<String, JobHandler> handlers;
  private final Map<String, Run> runs = new ConcurrentHashMap<>();
  private final Semaphore wake = new Semaphore(0);
  private final Thread claimer;
  private final Thread keeper;
  private volatile boolean closing;

  /**
   * How jobs are kept.
   *
   * @param lease for how long an instance that says nothing still has its jobs
   * @param keep for how long a job that ended is kept
   * @param maxOpen the most jobs of a tenant that have not ended
   */
  public record Settings(Duration lease, Duration keep, int maxOpen) {
    /**
     * Reads {@code GATUN_JOB_LEASE_SECONDS} (default 30), {@code GATUN_JOB_KEEP_HOURS} (default
     * 168) and {@code GATUN_JOB_MAX_OPEN} (default 1000).
     *
     * @throws IllegalArgumentException when a value is unusable; the message names it
     */
    public static Settings read(ProviderConfig config) {
      return new Settings(
          Duration.ofSeconds(number(config, "GATUN_JOB_LEASE_SECONDS", 30)),
          Duration.ofHours(number(config, "GATUN_JOB_KEEP_HOURS", 168)),
          number(config, "GATUN_JOB_MAX_OPEN", 1000));
    }

    private static int number(ProviderConfig config, String name, int normal) {
      String text = config.get(name).orElse(Integer.toString(normal));
      if (!text.matches("[1-9][0-9]{0,5}")) {
        throw new IllegalArgumentException(
            name + " must be a whole number from 1 to 999999, got '" + text + "'");
      }
      return Integer.parseInt(text);
    }
  }

  /**
   * Begins to do jobs.
   *
   * @param events are told of jobs that ended
   * @param handlers one for each kind that this instance can do
   */
  public Jobs(Database database, Outbox events, Settings settings, List<JobHandler> handlers) {
    store = new JobStore(database, events);
    this.settings = settings;
    this.handlers =
        handlers.stream().collect(Collectors.toUnmodifiableMap(JobHandler::kind, h -> h));
    claimer = Thread.ofVirtual().name("gatun-job-claims").start(this::claims);
    keeper = Thread.ofVirtual().name("gatun-job-leases").start(this::leases);
  }

  /**
   * Submits a new job.
   *
   * @return its id
   * @see #submit(String, String, String, Json.Obj)
   */
  public String submit(String kind, String tenant, Json.Obj payload) {
    return submit(Ids.next(), kind, tenant, payload);
  }

  /**
   * Submits a job. When this returns it will be done, whatever becomes of this process.
   *
   * @param id a new id, or that of a job that may have been submitted before: it is submitted once
   * @return the id
   * @throws Problem 429 when the tenant has too many that have not ended
   * @throws StateUnavailableException when the database cannot be reached
   * @throws IllegalArgumentException when no handler does this kind
   */
  public String submit(String id, String kind, String tenant, Json.Obj payload) {
    if (!handlers.containsKey(kind)) {
      throw new IllegalArgumentException("There is no handler of jobs of the kind " + kind);
    }
    if (store.open(tenant) >= settings.maxOpen() && store.find(tenant, id).isEmpty()) {
      throw Problem.of(
              429,
              "too-many-jobs",
              settings.maxOpen() + " jobs have not ended yet, and more are not accepted")
          .retryAfter(Optional.of(Duration.ofSeconds(30)));
    }
    store.submit(id, tenant, kind, payload);
    wake.release();
    return id;
  }

  /** A tenant's job. */
  public Optional<Job> find(String tenant, String id) {
    return store.find(tenant, id);
  }

  /**
   * A tenant's jobs, the newest first.
   *
   * @param before older than the job with this id
   */
  public List<Job> list(
      String tenant,
      Optional<JobStatus> status,
      Optional<String> kind,
      Optional<String> before,
      int limit) {
    return store.list(tenant, status, kind, before, limit);
  }

  /**
   * Asks to cancel a job: one that waits ends at once, one that runs soon. One that ended stays.
   *
   * @return the job then; empty when the tenant has none of this id
   */
  public Optional<Job> cancel(String tenant, String id) {
    Optional<Job> job = store.cancel(tenant, id);
    if (job.isPresent() && job.get().cancelAsked()) {
      Run here = runs.get(id);
      if (here != null) {
        here.stop(Stop.CANCELLED);
      }
    }
    return job;
  }

  /** What a job told, after an event's number. */
  public List<JobEvent> events(String id, long after, int limit) {
    return store.events(id, after, limit);
  }

  /** How many jobs this instance does now. */
  public int running() {
    return runs.size();
  }

  private void claims() {
    try {
      while (!closing) {
        boolean claimed = false;
        try {
          claimed = claim();
        } catch (StateUnavailableException e) {
          LOG.debug("No jobs are claimed: {}", e.getMessage());
        } catch (RuntimeException e) {
          LOG.error("No jobs are claimed", e);
        }
        if (!claimed && wake.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
          wake.drainPermits();
        }
      }
    } catch (InterruptedException _) {
      // Closed.
    }
  }

  private boolean claim() {
    Map<String, Long> busy =
        runs.values().stream()
            .collect(Collectors.groupingBy(r -> r.job.kind(), Collectors.counting()));
    List<String> free =
        handlers.values().stream()
            .filter(h -> busy.getOrDefault(h.kind(), 0L) < h.concurrency())
            .map(JobHandler::kind)
            .toList();
    if (free.isEmpty() || closing) {
      return false;
    }
    Optional<Job> job = store.claim(free, List.copyOf(runs.keySet()), settings.lease());
    job.ifPresent(j -> {
      JobHandler handler = handlers.get(j.kind());
      if (handler != null) {
        Run run = new Run(j, handler);
        runs.put(j.id(), run);
        run.start();
      }
    });
    return job.isPresent();
  }

  /** Renews leases, and hears of jobs that somebody cancelled elsewhere. */
  private void leases() {
    Duration pause = settings.lease().dividedBy(4);
    if (pause.compareTo(Duration.ofSeconds(1)) > 0) {
      pause = Duration.ofSeconds(1);
    }
    long pruned = 0;
    try {
      while (!closing) {
        Thread.sleep(pause);
        try {
          runs.values().forEach(this::renew);
          if (System.nanoTime() - pruned > PRUNE.toNanos() || pruned == 0) {
            store.prune(settings.keep());
            pruned = System.nanoTime();
          }
        } catch (StateUnavailableException e) {
          LOG.debug("No leases are renewed: {}", e.getMessage());
        } catch (RuntimeException e) {
          LOG.error("No leases are renewed", e);
        }
      }
    } catch (InterruptedException _) {
      // Closed.
    }
  }

  private void renew(Run run) {
    JobStore.Lease lease = store.renew(run.job.id(), run.job.fence(), settings.lease());
    if (!lease.held()) {
      run.stop(Stop.LOST);
    } else if (lease.cancelAsked()) {
      run.stop(Stop.CANCELLED);
    }
  }

  private enum Stop {
    CANCELLED,
    LOST,
    CLOSING
  }

  /** A job in this process. */
  private final class Run implements JobContext {
    private final Job job;
    private final JobHandler handler;
    private final Thread thread;
    private @Nullable Stop stop;
    private boolean handling = true;

    Run(Job job, JobHandler handler) {
      this.job = job;
      this.handler = handler;
      thread = Thread.ofVirtual().name("gatun-job-" + job.id()).unstarted(this::run);
    }

    void start() {
      thread.start();
    }

    synchronized void stop(Stop why) {
      // What comes first counts, but a job that is lost is lost.
      if (stop == null || why == Stop.LOST) {
        stop = why;
      }
      if (handling) {
        thread.interrupt();
      }
    }

    private synchronized @Nullable Stop handled() {
      handling = false;
      Thread.interrupted();
      return stop;
    }

    private void run() {
      try (var _ = MDC.putCloseable("job_id", job.id())) {
        JobStatus status = JobStatus.FAILED;
        Optional<Json.Obj> result = Optional.empty();
        Optional<Json.Obj> error = Optional.empty();
        try {
          if (job.cancelAsked()) {
            stop(Stop.CANCELLED);
          } else if (job.takeovers() > MAX_TAKEOVERS) {
            error =
                error(
                    Problem.of(
                        500,
                        "given-up",
                        "The process that did it died " + job.takeovers() + " times"));
          } else {
            result = Optional.of(handler.run(this));
            status = JobStatus.SUCCEEDED;
          }
        } catch (Problem p) {
          error = error(p);
        } catch (AiException e) {
          error = error(AiProblems.of(e));
        } catch (InterruptedException | JobLostException | StateUnavailableException e) {
          LOG.debug("A job was stopped: {}", e.getMessage());
          error = error(Problem.of(500, "interrupted", "The job was interrupted"));
        } catch (RuntimeException | Error e) {
          LOG.error("A job failed by an error of the gateway", e);
          error =
              error(
                  Problem.of(
                      500,
                      "internal-error",
                      "The gateway failed; its log says more under this job's id"));
        }
        end(status, result, error);
      } finally {
        runs.remove(job.id());
        wake.release();
      }
    }

    private void end(JobStatus status, Optional<Json.Obj> result, Optional<Json.Obj> error) {
      Stop why = handled();
      try {
        if (why == Stop.LOST) {
          LOG.info("The job is another instance's now");
        } else if (status == JobStatus.SUCCEEDED || why == null) {
          persist(() -> store.finish(job.id(), job.fence(), status, result, error), () -> closing);
        } else if (why == Stop.CANCELLED) {
          persist(
              () ->
                  store.finish(
                      job.id(),
                      job.fence(),
                      JobStatus.CANCELLED,
                      Optional.empty(),
                      Optional.empty()),
              () -> closing);
        } else {
          store.release(job.id(), job.fence());
        }
      } catch (JobLostException | StateUnavailableException e) {
        LOG.info("The job goes to another instance: {}", e.getMessage());
      }
    }

    private static Optional<Json.Obj> error(Problem p) {
      return Optional.of(Json.object().put("type", p.type()).put("detail", p.detail()).build());
    }

    /** Writes, and waits for a database that cannot be reached. */
    private void persist(BooleanSupplier write, BooleanSupplier giveUp) {
      while (true) {
        try {
          if (!write.getAsBoolean()) {
            throw new JobLostException(job.id());
          }
          return;
        } catch (StateUnavailableException e) {
          if (giveUp.getAsBoolean()) {
            throw e;
          }
          try {
            Thread.sleep(POLL);
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw e;
          }
        }
      }
    }

    @Override
    public String id() {
      return job.id();
    }

    @Override
    public String tenant() {
      return job.tenant();
    }

    @Override
    public Json.Obj payload() {
      return job.payload();
    }

    @Override
    public Optional<Json.Obj> checkpoint() {
      return job.checkpoint();
    }

    @Override
    public void progress(Json.Obj data) {
      persist(() -> store.progress(job.id(), job.fence(), data), this::isStopping);
    }

    @Override
    public void save(Json.Obj checkpoint) {
      persist(() -> store.save(job.id(), job.fence(), checkpoint), this::isStopping);
    }

    @Override
    public <T> T paying(Supplier<T> call) {
      persist(() -> store.paying(job.id(), job.fence()), this::isStopping);
      return call.get();
    }

    @Override
    public synchronized boolean isStopping() {
      return stop != null;
    }

    @Override
    public synchronized boolean isCancelled() {
      return stop == Stop.CANCELLED;
    }
  }

  /** Claims no more, and gives the jobs under way back for others to go on with. */
  @Override
  public void close() {
    closing = true;
    claimer.interrupt();
    keeper.interrupt();
    runs.values().forEach(r -> r.stop(Stop.CLOSING));
    long end = System.nanoTime() + STOP.toNanos();
    try {
      while (!runs.isEmpty() && System.nanoTime() < end) {
        Thread.sleep(5);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
