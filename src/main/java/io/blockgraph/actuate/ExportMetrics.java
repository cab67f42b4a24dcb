package io.blockgraph.actuate;

import io.blockgraph.engine.IoFigures;
import io.blockgraph.export.nbd.ExportName;
import io.blockgraph.export.nbd.NbdExports;
import io.blockgraph.export.nbd.NbdServer;
import java.util.List;
import java.util.Map;

/// The series of exports, under their ids: the names clients ask for are not bounded. Any thread.
final class ExportMetrics implements Series {
  private final NbdExports exports;
  private final NbdServer server;
  private final int most;

  ExportMetrics(NbdExports exports, NbdServer server, int most) {
    this.exports = exports;
    this.server = server;
    this.most = most;
  }

  /// Puts them down for the exports that have series of their own, the older ones.
  @Override
  public void collect(Sheet sheet) {
    List<NbdExports.View> all = exports.all();
    Map<ExportName, IoFigures> figures = server.figures();
    for (NbdExports.View view : all.subList(0, Math.min(most, all.size()))) {
      String id = view.export().id().value();
      sheet.value(Metric.NBD_CONNECTIONS, view.clients().size(), id);
      figures
          .getOrDefault(view.export().name(), IoFigures.NONE)
          .byWord()
          .forEach((command, figure) -> collect(id, command, figure, sheet));
    }
    sheet.value(Metric.LEFT_OUT, Math.max(0, all.size() - most), "exports");
  }

  private static void collect(String id, String command, IoFigures.Figure figure, Sheet sheet) {
    figure.times().ifPresent(spent -> sheet.times(Metric.NBD_SECONDS, spent, id, command));
    if (figure.bytes() > 0) {
      sheet.value(Metric.NBD_BYTES, figure.bytes(), id, command);
    }
    sheet.value(Metric.NBD_ERRORS, figure.errors(), id, command);
  }
}
