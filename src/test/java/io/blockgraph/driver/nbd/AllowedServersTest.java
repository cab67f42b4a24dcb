package io.blockgraph.driver.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedServersTest {
  private static boolean allows(String entry, Server server) {
    return AllowedServers.of(List.of(entry)).allows(server);
  }

  private static Server inet(String host, int port) {
    return new Server.Inet(host, port);
  }

  private static Server unix(String path) {
    return new Server.Unix(Path.of(path));
  }

  @Test
  void anEmptyListAllowsNobody() {
    assertThat(AllowedServers.of(List.of()).allows(inet("localhost", 10809))).isFalse();
  }

  @Test
  void aPortOfAHostIsThatPortOnly() {
    assertThat(allows("inet:Storage.example:10809", inet("storage.EXAMPLE", 10809))).isTrue();
    assertThat(allows("inet:storage.example:10809", inet("storage.example", 10810))).isFalse();
    assertThat(allows("inet:storage.example:10809", inet("other.example", 10809))).isFalse();
    assertThat(allows("inet:[::1]:10809", inet("::1", 10809))).isTrue();
  }

  @Test
  void aStarIsEveryPortAndEverySocketOfTheFolder() {
    assertThat(allows("inet:10.0.0.5:*", inet("10.0.0.5", 1))).isTrue();
    assertThat(allows("inet:10.0.0.5:*", inet("10.0.0.50", 1))).isFalse();
    assertThat(allows("unix:/run/nbd/*", unix("/run/nbd/a.sock"))).isTrue();
    assertThat(allows("unix:/run/nbd/*", unix("/run/nbd/deeper/a.sock"))).isFalse();
    assertThat(allows("unix:/run/nbd/*", unix("/run/a.sock"))).isFalse();
    assertThat(allows("unix:/run/nbd/a.sock", unix("/run/nbd/b.sock"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*", "inet:*", "inet:a", "inet:a:70000", "inet::1", "unix:relative"})
  void namesAnEntryThatIsNone(String entry) {
    assertThatThrownBy(() -> AllowedServers.of(List.of(entry)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + entry + "'");
  }
}
