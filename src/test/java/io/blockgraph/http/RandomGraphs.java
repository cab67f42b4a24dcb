package io.blockgraph.http;

import io.blockgraph.http.Service.Answer;
import java.util.List;
import java.util.Random;

/// Changes of a graph by chance: disks, inline files, filters, exports, throttle groups, access.
/// Requests that are refused change nothing and are as good as any.
final class RandomGraphs {
  private static final List<String> DISKS = List.of("ra", "rb", "rc");

  private final Service service;
  private final Random random;

  RandomGraphs(Service service, Random random) {
    this.service = service;
    this.random = random;
    for (String disk : DISKS) {
      service
          .post("/images", "{'driver':'qcow2','filename':'%s.qcow2','size':65536}".formatted(disk))
          .expect(201);
    }
  }

  /// Tries one change.
  Answer change() {
    String disk = DISKS.get(random.nextInt(DISKS.size()));
    return switch (random.nextInt(9)) {
      case 0, 1 -> service.post("/nodes", disk(disk));
      case 2 -> service.delete("/nodes/" + disk);
      case 3 ->
          service.post(
              "/nodes/" + disk + "/filters",
              "{'nodeName':'%s-f%d','driver':'copy-on-read'}".formatted(disk, random.nextInt(2)));
      case 4 -> service.delete("/nodes/" + disk + "/filters/" + disk + "-f" + random.nextInt(2));
      case 5 ->
          service.post(
              "/exports",
              "{'id':'%1$s-x','type':'nbd','nodeName':'%1$s','writable':%2$s}"
                  .formatted(disk, random.nextBoolean()));
      case 6 -> service.delete("/exports/" + disk + "-x");
      case 7 -> service.patch("/nodes/" + disk, "{'readOnly':%s}".formatted(random.nextBoolean()));
      default -> group();
    };
  }

  private static String disk(String name) {
    return "{'nodeName':'%1$s','driver':'qcow2','file':{'driver':'file','filename':'%1$s.qcow2'}}"
        .formatted(name);
  }

  private Answer group() {
    return switch (random.nextInt(4)) {
      case 0 ->
          service.post(
              "/throttle-groups", "{'id':'rg','iopsTotal':%d}".formatted(1000 + random.nextInt(9)));
      case 1 ->
          service.patch(
              "/throttle-groups/rg", "{'iopsTotal':%d}".formatted(1000 + random.nextInt(9)));
      case 2 -> service.patch("/throttle-groups/rg", "{'iopsTotal':null,'bpsTotal':1000000}");
      default -> service.delete("/throttle-groups/rg");
    };
  }
}
