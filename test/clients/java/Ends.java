import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What Java's clients make of the end of each stream. Each is followed in a thread of its own, as people write it, and each line that is printed names it. */
final class Ends {
  private Ends() {}

  static final String[] TICKS = {"sh", "-c", "while true; do echo tick; sleep 1; done"};

  /** A stream that is followed until it ends. */
  interface Follow {
    void of(String kind) throws Exception;
  }

  private static final Set<String> BEGUN = new HashSet<>();

  /** One begins after the other, so that a busy machine is not too slow for one of them. */
  static void all(Map<String, Follow> kinds) throws Exception {
    for (var each : kinds.entrySet()) {
      Thread thread = new Thread(() -> follow(each.getKey(), each.getValue()));
      thread.setDaemon(true);
      thread.start();
      awaitLine(each.getKey());
    }
    System.in.readAllBytes();
  }

  private static void follow(String kind, Follow follow) {
    try {
      follow.of(kind);
    } catch (Throwable error) {
      say(kind, "throws " + told(error));
    }
    say(kind, "over");
  }

  private static void awaitLine(String kind) throws InterruptedException {
    synchronized (BEGUN) {
      while (!BEGUN.contains(kind)) BEGUN.wait();
    }
  }

  static synchronized void say(String kind, String words) {
    System.out.println(kind + ": " + words);
    synchronized (BEGUN) {
      BEGUN.add(kind);
      BEGUN.notifyAll();
    }
  }

  /** A failure by its class and first line, and by those of what it comes from. */
  static String told(Throwable error) {
    if (error == null) return "nothing";
    String text = error.getClass().getSimpleName() + ": " + String.valueOf(error.getMessage()).lines().findFirst().orElse("");
    return error.getCause() == null || error.getCause() == error ? text : text + ", from " + told(error.getCause());
  }

  /** Reads to the end, and says once that something came. */
  static void drain(String kind, InputStream stream) throws Exception {
    byte[] bytes = new byte[4096];
    boolean isStarted = false;
    while (stream.read(bytes) >= 0) {
      if (!isStarted) say(kind, "started");
      isStarted = true;
    }
  }

  /** Takes what comes, and says once that something came. */
  static final class Started extends OutputStream {
    private final String kind;
    private boolean isStarted;

    Started(String kind) {
      this.kind = kind;
    }

    @Override
    public void write(int one) {
      if (!isStarted) say(kind, "started");
      isStarted = true;
    }
  }
}
