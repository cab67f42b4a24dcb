package io.blockgraph.app;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/// Tells the terminal that HTTP answers, and where. Scripts wait for this line, so it is printed
/// and not logged, and it names the port that was really taken.
@Component
final class ReadyLine {

  @EventListener
  void print(ApplicationReadyEvent event) {
    if (event.getApplicationContext() instanceof WebServerApplicationContext context
        && context.getWebServer() != null) {
      System.out.println(line(context.getEnvironment(), context.getWebServer().getPort()));
    }
  }

  private static String line(Environment environment, int port) {
    String address = environment.getProperty("server.address", "127.0.0.1");
    String host = address.contains(":") ? "[" + address + "]" : address;
    return "Blockgraph is up: http://" + host + ":" + port;
  }
}
