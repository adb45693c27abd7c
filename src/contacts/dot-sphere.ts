// Dots on the sphere of an atom, laid out as Probe does so that counts and gaps agree with it.

/** Every second ring is turned by this many radians over its number of dots, and the sphere tilted about x. */
const ringOffset = 0.2;
const tilt = (2.5 * Math.PI) / 180;

/**
 * Dots of a sphere around the origin, x y z each in Angstrom; `density` in dots per square Angstrom. Rings of equal polar
 * spacing (Word et al. 1999, J. Mol. Biol. 285, 1711; layout of Probe 2.26): 552 dots for radius 1.70 at density 16.
 */
export function createDotSphere(radius: number, density: number): Float64Array {
  const wanted = Math.floor(4 * Math.PI * density * radius * radius);
  const equator = Math.floor(Math.sqrt(wanted * Math.PI));
  const rings = Math.floor(equator / 2);
  const dots: number[] = [];
  if (rings === 0) return new Float64Array(0);
  const [cosine, sine] = [Math.cos(tilt), Math.sin(tilt)];
  for (let ring = 0; ring <= rings; ring++) {
    const polar = (Math.PI * ring) / rings;
    const height = Math.cos(polar) * radius;
    const width = Math.sin(polar) * radius;
    const count = Math.max(1, Math.floor(equator * Math.sin(polar)));
    const offset = ring % 2 === 0 ? ringOffset : 0;
    for (let at = 0; at < count; at++) {
      const azimuth = (2 * Math.PI * at + offset) / count;
      const y = Math.sin(azimuth) * width;
      dots.push(Math.cos(azimuth) * width, y * cosine - height * sine, y * sine + height * cosine);
    }
  }
  return Float64Array.from(dots);
}
