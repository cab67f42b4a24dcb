package io.blockgraph.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.app.BlockgraphSettings.Nbd;
import io.blockgraph.app.BlockgraphSettings.Tls;
import io.blockgraph.app.BlockgraphSettings.TlsUse;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class EngineConfigurationTest {
  private static BlockgraphSettings withDepth(int maxDepth) {
    Tls tls = new Tls(TlsUse.OFF, TlsUse.OFF, null, null, null, List.of());
    Nbd nbd = new Nbd(InetAddress.getLoopbackAddress(), 0, Path.of("s"), tls);
    return new BlockgraphSettings(Path.of("data"), List.of(), List.of(), maxDepth, nbd);
  }

  @Test
  void refusesADepthThatNoPathHasByTheNameOfTheSetting() {
    EngineConfiguration configuration = new EngineConfiguration();
    assertThatThrownBy(() -> configuration.engineLimits(withDepth(0)))
        .isInstanceOf(BadSetting.class)
        .hasMessageContainingAll("blockgraph.max-depth", "0");
    assertThat(configuration.engineLimits(withDepth(1)).maxDepth()).isEqualTo(1);
  }
}
