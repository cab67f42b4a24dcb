package io.blockgraph.driver.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.IdleRules;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/// A disk that an NBD server exports.
public final class NbdDriver implements Driver {
  /// The setting under which the operator gives names to files of TLS.
  public static final String TLS_SETTING = "blockgraph.nbd-client.tls";

  private static final int MOST_PATH = 107;
  private static final int MOST_HOST = 253;
  private static final int MOST_NAME = 255;
  private static final int MOST_EXPORT = 4096;
  private static final long DAY_SECONDS = 86_400;

  private final AllowedServers allowed;
  private final Map<String, TlsIdentity> identities;
  private final ScheduledExecutorService deadlines = deadlines();

  /// A driver of nodes that are clients of these servers.
  ///
  /// @param identities what the option `tlsCreds` may name
  public NbdDriver(AllowedServers allowed, Map<String, TlsIdentity> identities) {
    this.allowed = allowed;
    this.identities = Map.copyOf(identities);
  }

  private static ScheduledExecutorService deadlines() {
    ScheduledThreadPoolExecutor deadlines =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("nbd-client-deadlines").factory());
    deadlines.setRemoveOnCancelPolicy(true);
    return deadlines;
  }

  @Override
  public DriverName name() {
    return new DriverName("nbd");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            new Field(
                "server", new OptionSpec.Type.Structure(server()), Need.REQUIRED, "Where it is."),
            new Field(
                "export",
                new OptionSpec.Type.Text(MOST_EXPORT),
                Need.OPTIONAL,
                "The name of the disk there; without it the server's default."),
            new Field(
                "tlsCreds",
                new OptionSpec.Type.Text(MOST_NAME),
                Need.OPTIONAL,
                "The name of credentials in the settings of the service; the connection is under"
                    + " TLS then."),
            new Field(
                "tlsHostname",
                new OptionSpec.Type.Text(MOST_HOST),
                Need.OPTIONAL,
                "Whom the certificate of the server has to be for, where that is not the host."),
            seconds(
                "reconnectDelay",
                Settings.RECONNECT_DELAY_SECONDS,
                "How many seconds requests wait for a lost connection to come back."),
            seconds(
                "openTimeout",
                Settings.OPEN_TIMEOUT_SECONDS,
                "How many seconds it is tried to open the node; 0 for a single attempt."),
            new Field(
                "requestTimeout",
                new OptionSpec.Type.Int(
                    1, DAY_SECONDS, Optional.of(Settings.REQUEST_TIMEOUT_SECONDS)),
                Need.OPTIONAL,
                "How many seconds the server may take for one request."),
            new Field(
                "unflushedWrites",
                new OptionSpec.Type.Choice(List.of("fail", "trust", "write-through"), "fail"),
                Need.OPTIONAL,
                "What becomes of writes that were acknowledged and not flushed when the connection"
                    + " is lost: flushes fail from then on, or the server is trusted to have kept"
                    + " them, or there are none.")));
  }

  private static OptionSpec server() {
    return new OptionSpec(
        List.of(
            new Field(
                "type",
                new OptionSpec.Type.Choice(List.of("inet", "unix"), "inet"),
                Need.REQUIRED,
                "Whether it is a port of a host or a unix socket."),
            new Field(
                "host",
                new OptionSpec.Type.Text(MOST_HOST),
                Need.OPTIONAL,
                "The host, by name or number."),
            new Field(
                "port",
                new OptionSpec.Type.Int(1, 65_535, Optional.of((long) Server.DEFAULT_PORT)),
                Need.OPTIONAL,
                "The TCP port."),
            new Field(
                "path",
                new OptionSpec.Type.Text(MOST_PATH),
                Need.OPTIONAL,
                "The unix socket, an absolute path.")));
  }

  private static Field seconds(String name, long otherwise, String doc) {
    return new Field(
        name, new OptionSpec.Type.Int(0, DAY_SECONDS, Optional.of(otherwise)), Need.OPTIONAL, doc);
  }

  @Override
  public Set<String> changeableOptions() {
    return Set.of("reconnectDelay", "requestTimeout");
  }

  @Override
  public DriverRules rules() {
    return Rules.INSTANCE;
  }

  /// A server may end when its first client has gone.
  @Override
  public boolean opensAgain() {
    return false;
  }

  @Override
  public Node open(Opening opening) {
    Settings settings = Settings.of(opening.spec());
    if (!allowed.allows(settings.server())) {
      throw new BlockException(
          Kind.FORBIDDEN,
          "node '"
              + opening.spec().name()
              + "': the setting "
              + AllowedServers.SETTING
              + " does not name the server "
              + settings.server());
    }
    Dialer dialer = new Dialer(settings, settings.tls().map(this::identity), deadlines);
    return NbdNode.open(opening, dialer, deadlines);
  }

  private TlsIdentity identity(Settings.Tls tls) {
    TlsIdentity identity = identities.get(tls.identity());
    if (identity == null) {
      throw new BlockException(
          Kind.INVALID,
          "there are no credentials '"
              + tls.identity()
              + "' in the setting "
              + TLS_SETTING
              + "; there are "
              + identities.keySet().stream().sorted().toList());
    }
    return identity;
  }

  private enum Rules implements IdleRules {
    INSTANCE;

    @Override
    public Optional<String> objection(NodeSpec node) {
      Options options = node.options();
      Options server = options.object("server").orElseThrow();
      Optional<String> objection = Server.objection(server);
      if (objection.isPresent()) {
        return objection;
      }
      boolean tls = options.text("tlsCreds").isPresent();
      boolean named = options.text("tlsHostname").isPresent();
      if (named && !tls) {
        return Optional.of("'tlsHostname' has no meaning without 'tlsCreds'");
      }
      return tls && !named && Server.of(server).hostName().isEmpty()
          ? Optional.of("'tlsHostname' has to be given for TLS over a unix socket")
          : Optional.empty();
    }
  }
}
