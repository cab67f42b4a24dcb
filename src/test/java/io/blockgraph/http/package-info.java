/// The whole service, asked over HTTP as a stranger would, on real images.
package io.blockgraph.http;
