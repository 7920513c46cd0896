// The map of hexagons, moving: the same shapes, classes and numbers as the picture above it; no tiles, no fonts.
import { Map as Moving, Marker, NavigationControl, setWorkerUrl } from "maplibre-gl";
import { pairWithTable } from "./selecting.js";

const INK = "#17262e";
const MAIN = "#17607a";
const FILLS = ["#e3eef2", "#a9cbd6", "#5f9db3", MAIN];
const SIZE = 16;

function pattern(band) {
  const canvas = Object.assign(document.createElement("canvas"), { width: SIZE, height: SIZE });
  const pen = canvas.getContext("2d");
  pen.fillStyle = band < 0 ? "#ffffff" : FILLS[band];
  pen.fillRect(0, 0, SIZE, SIZE);
  pen.strokeStyle = band < 0 ? "#7c8a91" : band === 1 ? MAIN : "#ffffff";
  pen.lineWidth = 2;
  pen.beginPath();
  if (band < 0 || band === 1 || band === 2) pen.moveTo(0, SIZE), pen.lineTo(SIZE, 0);
  if (band === 2) pen.moveTo(0, 0), pen.lineTo(SIZE, SIZE);
  pen.stroke();
  return pen.getImageData(0, 0, SIZE, SIZE);
}

const corners = (feature) => feature.geometry.coordinates[0].slice(0, -1);
const middle = (feature) => {
  const points = corners(feature);
  return [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
};

function bounds(features) {
  const points = features.flatMap(corners);
  const ends = (axis) => [Math.min(...points.map((point) => point[axis])), Math.max(...points.map((point) => point[axis]))];
  const [[west, east], [south, north]] = [ends(0), ends(1)];
  return [[west, south], [east, north]];
}

function number(feature) {
  const badge = Object.assign(document.createElement("span"), { className: "kith-badge", textContent: feature.properties.number });
  badge.setAttribute("aria-hidden", "true");
  return new Marker({ element: badge, offset: [0, -22] }).setLngLat(middle(feature));
}

export async function start(box) {
  setWorkerUrl(box.dataset.worker);
  const answer = await fetch(box.dataset.map, { headers: { accept: "application/json" } });
  const hexagons = await answer.json();
  const { features } = hexagons;
  const chosen = ["boolean", ["feature-state", "chosen"], false];
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = new Moving({
    container: box,
    attributionControl: false,
    bounds: bounds(features),
    fadeDuration: 0,
    fitBoundsOptions: { padding: 40 },
    style: {
      version: 8,
      sources: { hexagons: { type: "geojson", data: hexagons } },
      layers: [{ id: "ground", type: "background", paint: { "background-color": "#ffffff" } }],
    },
  });
  map.addControl(new NavigationControl({ showCompass: false }));
  map.dragRotate.disable();
  map.touchZoomRotate.disableRotation();
  const canvas = map.getCanvas();
  canvas.setAttribute("aria-label", "Map of events: arrow keys move it, plus and minus make it larger and smaller");
  await new Promise((done) => map.once("load", done));
  for (const band of [-1, 0, 1, 2, 3]) map.addImage(`band${band}`, pattern(band), { pixelRatio: 2 });
  map.addLayer({ id: "fill", type: "fill", source: "hexagons", paint: { "fill-pattern": ["concat", "band", ["to-string", ["get", "band"]]] } });
  map.addLayer({ id: "edge", type: "line", source: "hexagons", paint: { "line-color": INK, "line-width": ["case", chosen, 5, 1] } });
  for (const feature of features) if (feature.properties.number) number(feature).addTo(map);

  const known = new Map(features.map((feature) => [feature.properties.cell, feature]));
  let last = null;
  const select = (cell, { move }) => {
    const feature = known.get(cell);
    if (last) map.setFeatureState({ source: "hexagons", id: last.id }, { chosen: false });
    map.setFeatureState({ source: "hexagons", id: feature.id }, { chosen: true });
    last = feature;
    if (move) map.easeTo({ center: middle(feature), duration: still ? 0 : 300 });
    choose(cell, feature.properties.said, { scroll: !move });
    box.dataset.chosen = cell;
  };
  const choose = pairWithTable(box, "cell", (cell) => select(cell, { move: true }));
  map.on("click", "fill", (event) => select(event.features[0].properties.cell, { move: false }));
  map.on("mousemove", "fill", () => (canvas.style.cursor = "pointer"));
  map.on("mouseleave", "fill", () => (canvas.style.cursor = ""));
  box.dataset.hexagons = String(features.length);
  await new Promise((done) => map.once("idle", done));
}
