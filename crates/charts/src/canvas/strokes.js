// A whole line or area in one call. Points are x and y in turn; `scale` makes pixels of them.

function path(context, points, scale) {
  context.beginPath();
  context.moveTo(points[0] * scale, points[1] * scale);
  if (points.length === 2) context.lineTo(points[0] * scale, points[1] * scale);
  for (let i = 2; i < points.length; i += 2) {
    context.lineTo(points[i] * scale, points[i + 1] * scale);
  }
}

export function stroke(context, points, scale, colour, width, dash) {
  path(context, points, scale);
  // A point without neighbours is a dot.
  context.lineCap = points.length === 2 ? "round" : "butt";
  context.lineJoin = "bevel";
  context.lineWidth = width;
  context.strokeStyle = colour;
  if (dash > 0) {
    context.setLineDash([dash, dash]);
    context.stroke();
    context.setLineDash([]);
  } else {
    context.stroke();
  }
}

export function fill(context, points, scale, colour, opacity) {
  path(context, points, scale);
  context.closePath();
  context.globalAlpha = opacity;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = 1;
}
