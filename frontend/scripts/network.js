// The network of groups, moving: the same places, sizes and lines as the picture above it.
import cytoscape from "cytoscape";
import { pairWithTable } from "./selecting.js";

const INK = "#17262e";
const MAIN = "#17607a";

// Cytoscape would put a style of its own into the page, which the page's policy forbids; it does not where one of
// this id is there. What it would say, that the box is positioned, our styles say.
function standInForStyle() {
  const standIn = Object.assign(document.createElement("meta"), { id: "__________cytoscape_stylesheet" });
  if (!document.getElementById(standIn.id)) document.head.append(standIn);
}

export async function start(box) {
  standInForStyle();
  const answer = await fetch(box.dataset.network, { headers: { accept: "application/json" } });
  const { nodes, links } = await answer.json();
  const graph = cytoscape({
    container: box,
    layout: { name: "preset", fit: true, padding: 30 },
    maxZoom: 4,
    minZoom: 0.3,
    elements: [
      ...nodes.map((node) => ({ data: node, position: { x: node.x, y: node.y } })),
      ...links.map((link) => ({ data: { ...link, id: `${link.source} ${link.target}` } })),
    ],
    style: [
      { selector: "node", style: { "background-color": "data(fill)", "border-color": INK, "border-width": 1.5, color: INK, "font-family": "Helvetica, Arial, sans-serif", "font-size": 13, height: "data(size)", label: "data(label)", "text-background-color": "#ffffff", "text-background-opacity": 1, "text-background-padding": 1, shape: "data(shape)", "text-valign": "bottom", "text-margin-y": 4, width: "data(size)" } },
      { selector: "edge", style: { "curve-style": "straight", "line-color": "#51626b", width: "data(wide)" } },
      { selector: ".chosen", style: { "border-width": 5, "line-color": MAIN } },
    ],
  });
  box.tabIndex = 0;
  const select = (key, { scroll }) => {
    graph.elements().removeClass("chosen");
    const node = graph.getElementById(key);
    node.addClass("chosen");
    node.connectedEdges().addClass("chosen");
    choose(key, node.data("said"), { scroll });
    box.dataset.chosen = key;
  };
  const choose = pairWithTable(box, "group", (key) => select(key, { scroll: false }));
  graph.on("tap", "node", (event) => select(event.target.id(), { scroll: true }));
  const moves = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
  box.addEventListener("keydown", (event) => {
    if (moves[event.key]) graph.panBy({ x: moves[event.key][0], y: moves[event.key][1] });
    else if (event.key === "+" || event.key === "=") graph.zoom(graph.zoom() * 1.25);
    else if (event.key === "-") graph.zoom(graph.zoom() / 1.25);
    else return;
    event.preventDefault();
  });
  box.dataset.nodes = String(graph.nodes().length);
}
