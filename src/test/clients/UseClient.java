import io.blockgraph.client.ApiClient;
import io.blockgraph.client.ApiException;
import io.blockgraph.client.GraphApi;
import io.blockgraph.client.NodesApi;
import io.blockgraph.client.model.ChildRequest;
import io.blockgraph.client.model.Edge;
import io.blockgraph.client.model.Graph;
import io.blockgraph.client.model.Node;
import io.blockgraph.client.model.NodeChange;
import io.blockgraph.client.model.NodeRequest;
import io.blockgraph.client.model.NullNodeRequest;
import io.blockgraph.client.model.QuorumNodeRequest;
import java.util.List;

/** What a caller writes with the generated client; run by ClientsTest against the service. */
final class UseClient {
  public static void main(String[] args) throws ApiException {
    ApiClient client = new ApiClient();
    client.updateBaseUri(args[0]);
    NodesApi nodes = new NodesApi(client);

    QuorumNodeRequest quorum =
        new QuorumNodeRequest()
            .driver(QuorumNodeRequest.DriverEnum.QUORUM)
            .nodeName("votes-java")
            .voteThreshold(1L)
            .children(List.of(disk("first-java"), disk("second-java")));
    Node added = nodes.addNode(new NodeRequest(quorum), null, null, "add-votes-java");
    System.out.println("added " + added.getNodeName() + " of " + added.getSizeBytes() + " bytes");

    var changed =
        nodes.changeNode("votes-java", new NodeChange().voteThreshold(2L), null, null, null);
    System.out.println("changed " + changed.getNodeName());

    Graph graph = new GraphApi(client).getGraph(null);
    Edge edge =
        graph.getEdges().stream()
            .filter(e -> e.getParent().equals("votes-java"))
            .findFirst()
            .orElseThrow();
    System.out.println("edge to " + edge.getChild());

    try {
      nodes.removeNode("first-java", null, null, null);
    } catch (ApiException refusal) {
      System.out.println(
          "refused: " + refusal.getResponseBody().replaceAll(".*\"code\":\"(\\w+)\".*", "$1"));
    }
  }

  private static ChildRequest disk(String name) {
    return new ChildRequest(
        new NullNodeRequest()
            .driver(NullNodeRequest.DriverEnum.NULL)
            .nodeName(name)
            .size(1048576L));
  }
}
