/** Programs as people write them on Java's two clients: {@code Client SUBCOMMAND NAMESPACE}. */
final class Client {
  private Client() {}

  public static void main(String[] args) {
    try {
      run(args);
      System.exit(0); // both clients keep threads
    } catch (Exception error) {
      error.printStackTrace(System.out);
      System.exit(1);
    }
  }

  private static void run(String[] args) throws Exception {
    boolean isAsked = args.length == 3 && args[0].endsWith("-answers");
    switch (args.length == 2 || isAsked ? args[0] : "") {
      case "fabric8-objects" -> Fabric8.objects(args[1]);
      case "fabric8-watch-http" -> Fabric8.watch(args[1], false);
      case "fabric8-watch-websocket" -> Fabric8.watch(args[1], true);
      case "fabric8-streams" -> Fabric8.streams(args[1]);
      case "fabric8-errors" -> Fabric8.errors(args[1]);
      case "official-objects" -> Official.objects(args[1]);
      case "official-watch" -> Official.watch(args[1]);
      case "official-streams" -> Official.streams(args[1]);
      case "official-errors" -> Official.errors(args[1]);
      case "fabric8-ends" -> Fabric8Ends.all(args[1]);
      case "official-ends" -> OfficialEnds.all(args[1]);
      case "fabric8-answers" -> Fabric8Answers.all(args[1], args[2]);
      case "official-answers" -> OfficialAnswers.all(args[1], args[2]);
      default -> {
        System.err.println("usage: Client fabric8-…|official-… NAMESPACE [NAME]");
        System.exit(2);
      }
    }
  }
}
