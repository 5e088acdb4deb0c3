// A small trained network evaluated in the page, without a kernel and without a library. A fragment, as
// controls.js; Python packs the weights (gentutor.widgets.in_page.pack_layers) and this file unpacks them.
//
//   const net = mlp(unpackLayers(packed));
//   const y = net(x);                // x: n_in numbers; y: Float32Array, the same buffer at each call
//   net.n_in, net.n_out, net.n_weights
//
// 270,000 weights take about 0.2 ms: far less than one frame of the screen (17 ms).

const ACTIVATIONS = {
  none: (v) => v,
  relu: (v) => (v > 0 ? v : 0),
  leaky_relu: (v) => (v > 0 ? v : 0.01 * v),
  tanh: Math.tanh,
  sigmoid: (v) => 1 / (1 + Math.exp(-v)),
  silu: (v) => v / (1 + Math.exp(-v)),
};

// layers: list of {weight: Float32Array (n_out * n_in, row by row), bias: Float32Array (n_out), activation}
function mlp(layers) {
  for (const layer of layers) {
    if (!(layer.activation in ACTIVATIONS)) throw new Error(`mlp: no activation called ${layer.activation}`);
  }
  const sums = layers.map(({ bias }) => new Float32Array(bias.length));
  const net = (x) => {
    layers.forEach(({ weight, bias, activation }, depth) => {
      const y = sums[depth];
      const n_in = x.length;
      const act = ACTIVATIONS[activation];
      for (let row = 0, at = 0; row < y.length; row++) {
        // Four running sums: each addition need not wait for the one before it.
        let a = bias[row], b = 0, c = 0, d = 0, i = 0;
        for (; i + 3 < n_in; i += 4, at += 4) {
          a += weight[at] * x[i];
          b += weight[at + 1] * x[i + 1];
          c += weight[at + 2] * x[i + 2];
          d += weight[at + 3] * x[i + 3];
        }
        for (; i < n_in; i++, at++) a += weight[at] * x[i];
        y[row] = act(a + b + c + d);
      }
      x = y;
    });
    return x;
  };
  net.n_in = layers[0].weight.length / layers[0].bias.length;
  net.n_out = layers.at(-1).bias.length;
  net.n_weights = layers.reduce((n, { weight, bias }) => n + weight.length + bias.length, 0);
  return net;
}

function halfToFloat(half) {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

// One array as gentutor.widgets.in_page.pack_array writes it: {type, shape, data (base64), scale (int8 only)}.
// Always a Float32Array; the numbers are little-endian, as in every browser and on every laptop of today.
function unpackArray({ type, shape, data, scale }) {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  if (type === "float32") return new Float32Array(bytes.buffer);
  if (type === "float16") return Float32Array.from(new Uint16Array(bytes.buffer), halfToFloat);
  if (type === "uint8") return Float32Array.from(bytes);
  if (type !== "int8") throw new Error(`unpackArray: no number type called ${type}`);
  const rows = unpackArray(scale);  // the value of one step, for each row
  const n = shape[1];
  return Float32Array.from(new Int8Array(bytes.buffer), (value, i) => value * rows[(i / n) | 0]);
}

function unpackLayers(packed) {
  return packed.map(({ weight, bias, activation }) => (
    { weight: unpackArray(weight), bias: unpackArray(bias), activation }
  ));
}
