package dev.lanewise.engine.event;

import dev.lanewise.engine.EngineInfo;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The events. The only class that names {@code jdk.jfr}. */
final class Recorded {

  private Recorded() {}

  @Name("dev.lanewise.BackendChosen")
  @Label("Backend Chosen")
  @Category("Lanewise")
  @Description("An engine was opened")
  static final class BackendChosen extends Event {
    @Label("Backend")
    String backend = "";

    @Label("Asked For")
    String request = "";

    @Label("Reason")
    String reason = "";

    @Label("Threads")
    int threads;

    @Label("Less Than Best")
    @Description("Whether the vector backend was wanted and not available")
    boolean degraded;
  }

  @Name("dev.lanewise.Fit")
  @Label("Fit")
  @Category("Lanewise")
  @Description("A model was trained")
  static final class Fit extends Event {
    @Label("Learner")
    String learner = "";

    @Label("Backend")
    String backend = "";

    @Label("Rows")
    int rows;

    @Label("Columns")
    int columns;
  }

  @Name("dev.lanewise.Search")
  @Label("Search")
  @Category("Lanewise")
  @Description("A batch of queries was searched")
  @StackTrace(false)
  static final class Search extends Event {
    @Label("Backend")
    String backend = "";

    @Label("Distance")
    String distance = "";

    @Label("Rows")
    int rows;

    @Label("Columns")
    int columns;

    @Label("Queries")
    int queries;

    @Label("Neighbours")
    int k;
  }

  static void engineOpened(EngineInfo info) {
    BackendChosen event = new BackendChosen();
    if (event.isEnabled()) {
      event.backend = info.backend();
      event.request = info.selection().request().id();
      event.reason = info.reason();
      event.threads = info.threads();
      event.degraded = info.selection().degraded();
      event.commit();
    }
  }

  static Events.Span fit(String backend, String learner, int rows, int columns) {
    Fit event = new Fit();
    if (!event.isEnabled()) {
      return Events.NONE;
    }
    event.backend = backend;
    event.learner = learner;
    event.rows = rows;
    event.columns = columns;
    event.begin();
    return event::commit;
  }

  static Events.Span search(
      String backend, int rows, int columns, String distance, int queries, int k) {
    Search event = new Search();
    if (!event.isEnabled()) {
      return Events.NONE;
    }
    event.backend = backend;
    event.rows = rows;
    event.columns = columns;
    event.distance = distance;
    event.queries = queries;
    event.k = k;
    event.begin();
    return event::commit;
  }
}
