// What a caller writes with the generated client; run by ClientsTest against the service.
import { Configuration, GraphApi, NodesApi, ResponseError } from './src';

declare const process: { argv: string[]; exitCode?: number };

async function main(address: string): Promise<void> {
  const configuration = new Configuration({ basePath: address });
  const nodes = new NodesApi(configuration);

  const added = await nodes.addNode({
    nodeRequest: {
      driver: 'quorum',
      nodeName: 'votes-ts',
      voteThreshold: 1,
      children: [
        { driver: 'null', nodeName: 'first-ts', size: 1048576 },
        { driver: 'null', nodeName: 'second-ts', size: 1048576 },
      ],
    },
  });
  console.log(`added ${added.nodeName} of ${added.sizeBytes} bytes`);

  const changed = await nodes.changeNode({ node: 'votes-ts', nodeChange: { voteThreshold: 2 } });
  console.log(`changed ${changed.nodeName}`);

  const graph = await new GraphApi(configuration).getGraph();
  const edge = graph.edges.find((e) => e.parent === 'votes-ts');
  console.log(`edge to ${edge?.child}`);

  try {
    await nodes.removeNode({ node: 'first-ts' });
  } catch (refusal) {
    const problem = await (refusal as ResponseError).response.json();
    console.log(`refused: ${problem.code}`);
  }
}

main(process.argv[2]).catch((failure) => {
  console.error(failure);
  process.exitCode = 1;
});
