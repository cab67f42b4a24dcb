package io.blockgraph.driver.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.Prepared;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.nbd.Wire;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;

/// An open node of a server's disk.
final class NbdNode implements Node {
  private final Settings settings;
  private final Line line;
  private final ExportInfo info;
  private final FlushLedger ledger;
  private final NbdDisk disk;

  private NbdNode(Settings settings, Line line, ExportInfo info, Sort sort) {
    this.settings = settings;
    this.line = line;
    this.info = info;
    this.ledger = sort.ledger();
    this.disk = new NbdDisk(line, info, ledger, sort.telling(), durably(settings));
  }

  private record Sort(FlushLedger ledger, Telling telling) {}

  private static int durably(Settings settings) {
    return settings.unflushed() == Settings.Unflushed.WRITE_THROUGH ? Wire.FUA : 0;
  }

  static NbdNode open(Opening opening, Dialer dialer, ScheduledExecutorService deadlines) {
    NodeSpec spec = opening.spec();
    Settings settings = Settings.of(spec);
    FlushLedger ledger = new FlushLedger();
    Line line = new Line(settings, dialer, deadlines, ledger);
    ExportInfo info = line.open();
    Telling telling = new Telling(spec.name(), opening.services().events());
    try {
      NbdNode node = new NbdNode(settings, line, info, new Sort(ledger, telling));
      node.requirePossible(spec);
      node.disk.readOnly(spec.readOnly());
      return node;
    } catch (BlockException e) {
      line.close();
      throw e;
    }
  }

  private void requirePossible(NodeSpec spec) {
    if (info.readOnly() && !spec.readOnly()) {
      throw new BlockException(
          Kind.READ_ONLY,
          "node '" + spec.name() + "': the export is read-only, so 'readOnly' has to be true");
    }
    boolean through = settings.unflushed() == Settings.Unflushed.WRITE_THROUGH;
    if (through && !spec.readOnly() && !info.can(Wire.SEND_FUA)) {
      throw new BlockException(
          Kind.UNSUPPORTED,
          "node '" + spec.name() + "': the server has no FUA, which write-through needs");
    }
  }

  @Override
  public BlockIo bind(Children children) {
    return disk;
  }

  @Override
  public Prepared prepare(NodeChange change) {
    requirePossible(change.after());
    return new Prepared() {
      @Override
      public void commit() {
        line.bePatient(Settings.patience(change.after().options()));
        disk.readOnly(change.after().readOnly());
      }
    };
  }

  @Override
  public Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("server", settings.server().toString());
    facts.put("export", settings.export());
    facts.put("exportReadOnly", info.readOnly());
    facts.put("connection", line.state());
    facts.put("connections", line.connections());
    facts.put("flushFailed", ledger.hasFailed());
    if (!line.trouble().isEmpty()) {
      facts.put("lastTrouble", line.trouble());
    }
    return facts;
  }

  @Override
  public void close(Children children) {
    line.close();
  }
}
