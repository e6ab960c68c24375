import java.util.Map;

/** What Java's clients make of a no and of a wait. Each thing is asked for in a thread of its own, and each line that is printed names it. */
final class Answers {
  private Answers() {}

  /** Something that is asked for. */
  interface Ask {
    void now() throws Exception;
  }

  static void all(Map<String, Ask> kinds) throws InterruptedException {
    var threads = kinds.entrySet().stream().map(each -> new Thread(() -> of(each.getKey(), each.getValue()))).toList();
    for (Thread thread : threads) thread.start();
    for (Thread thread : threads) thread.join();
  }

  private static void of(String kind, Ask ask) {
    try {
      ask.now();
      Ends.say(kind, "done");
    } catch (Throwable error) {
      Ends.say(kind, "throws " + Ends.told(error));
    }
    Ends.say(kind, "over");
  }
}
