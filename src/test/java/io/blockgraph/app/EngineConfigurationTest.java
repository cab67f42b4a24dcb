package io.blockgraph.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.app.BlockgraphSettings.Nbd;
import io.blockgraph.app.BlockgraphSettings.Tls;
import io.blockgraph.app.BlockgraphSettings.TlsUse;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineConfigurationTest {
  private static BlockgraphSettings withDepth(int maxDepth) {
    Tls tls = new Tls(TlsUse.OFF, TlsUse.OFF, null, null, null, List.of(), List.of());
    Nbd nbd = new Nbd(InetAddress.getLoopbackAddress(), 0, Path.of("s"), tls);
    return new BlockgraphSettings(Path.of("data"), List.of(), List.of(), maxDepth, nbd);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 2_001})
  void refusesADepthThatNoPathMayHaveByTheNameOfTheSetting(int depth) {
    assertThatThrownBy(() -> new EngineConfiguration().engineLimits(withDepth(depth)))
        .isInstanceOf(BadSetting.class)
        .hasMessageContainingAll("blockgraph.max-depth", "1 to 2000 nodes", "not " + depth);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2_000})
  void takesADepthBetween(int depth) {
    assertThat(new EngineConfiguration().engineLimits(withDepth(depth)).maxDepth())
        .isEqualTo(depth);
  }
}
