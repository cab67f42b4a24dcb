package io.blockgraph.rest;

import io.blockgraph.driver.DriverRegistry;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.servers.Server;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.info.BuildProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/// The API document: served as JSON at `/v3/api-docs`, as YAML at `/v3/api-docs.yaml`, and shown at
/// `/swagger-ui.html`. `openapi/blockgraph.yaml` is the same document.
@Configuration(proxyBeanMethods = false)
class ApiDocumentConfiguration {
  /// What the document says of the service. The address is the one the document was read from: a
  /// host name out of a request is never repeated.
  @Bean
  OpenAPI openApi(ObjectProvider<BuildProperties> build) {
    BuildProperties properties = build.getIfAvailable();
    String version = properties == null ? null : properties.getVersion();
    Info info =
        new Info()
            .title("Blockgraph")
            .version(version == null ? "unknown" : version)
            .description(
                "Disks as a graph of nodes - files, formats, filters, quorums - changed safely"
                    + " while clients read and write.")
            .license(new License().name("Apache-2.0").identifier("Apache-2.0"));
    return new OpenAPI().info(info).addServersItem(new Server().url("/"));
  }

  @Bean
  ApiDocument apiDocument(
      DriverRegistry drivers,
      @Qualifier("requestMappingHandlerMapping")
          ObjectProvider<RequestMappingHandlerMapping> routes) {
    return new ApiDocument(drivers, routes);
  }
}
