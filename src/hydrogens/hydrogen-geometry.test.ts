// Each way of placing a hydrogen gives the ideal angles it was asked for.
import { describe, expect, test } from "vitest";
import { combine, cross, dot, unit, type Vector3 } from "../math/vector3.ts";
import {
  oppositeDirection,
  pairDirections,
  planarDirection,
  pyramidalDirection,
  rotorDirection,
  rotorFrame,
  tertiaryDirection,
} from "./hydrogen-geometry.ts";

function angle(a: Vector3, b: Vector3): number {
  return (Math.acos(dot(a, b)) * 180) / Math.PI;
}

const u = unit([1, 0.2, -0.1])!;
const v = unit([-0.4, 0.9, 0.1])!;
const w = unit([-0.3, -0.5, 0.9])!;

describe("directions of hydrogens", () => {
  test("next to three neighbours have the angles to two of them in the ratio that all three ask for", () => {
    const h = tertiaryDirection([u, v, w], [108, 109, 110])!;
    // Three angles and two freedoms: the cosines keep their ratio.
    const ratio = [108, 109, 110].map((ideal, index) => dot(h, [u, v, w][index]!) / Math.cos((ideal * Math.PI) / 180));
    expect(ratio[1]).toBeCloseTo(ratio[0]!, 10);
    expect(ratio[2]).toBeCloseTo(ratio[0]!, 10);
  });

  test("next to three flat neighbours, or asked to be even, are opposite to their sum", () => {
    const flat = [120, 240, 0].map((turn): Vector3 => {
      const t = (turn * Math.PI) / 180;
      return [0.99 * Math.cos(t), 0.99 * Math.sin(t), 0.141];
    });
    expect(tertiaryDirection(flat, [109, 109, 109])![2]).toBeCloseTo(-1, 6);
    expect(oppositeDirection(flat)![2]).toBeCloseTo(-1, 6);
  });

  test("in the plane of two neighbours share what the angles lack of 360 degrees", () => {
    const h = planarDirection(u, v, [119, 121])!;
    expect(angle(h, v) - angle(h, u)).toBeCloseTo(2, 8);
    expect(angle(h, u) + angle(h, v) + angle(u, v)).toBeCloseTo(360, 8);
  });

  test("out of the plane of two neighbours keep both angles, on the side asked for", () => {
    for (const side of [1, -1]) {
      const h = pyramidalDirection(u, v, [109, 111], side)!;
      expect([angle(h, u), angle(h, v)]).toEqual([expect.closeTo(109, 8), expect.closeTo(111, 8)]);
      expect(Math.sign(dot(h, cross(u, v)))).toBe(side);
    }
  });

  test("in pairs stand the asked angle apart, alike to both neighbours", () => {
    const [first, second] = pairDirections(u, v, [109, 109], 107)!;
    expect(angle(first, second)).toBeCloseTo(107, 8);
    expect(angle(first, u)).toBeCloseTo(angle(second, u), 8);
    expect(dot(first, cross(u, v))).toBeLessThan(0);
  });

  test("on a rotor have its angle and torsion", () => {
    const [parent, neighbour, third]: Vector3[] = [
      [0.1, 0.2, 0.3],
      [1.4, 0.5, -0.2],
      [2, 1.8, 0.4],
    ];
    const frame = rotorFrame(parent!, neighbour!, third!)!;
    const h = combine([1, parent!], [0.97, rotorDirection(frame, 110, 75)]);
    const normals = [
      cross(combine([1, neighbour!], [-1, third!]), combine([1, parent!], [-1, neighbour!])),
      cross(combine([1, parent!], [-1, neighbour!]), combine([1, h], [-1, parent!])),
    ].map((normal) => unit(normal)!);
    expect(angle(normals[0]!, normals[1]!)).toBeCloseTo(75, 8);
    expect(angle(frame.axis, unit(combine([1, h], [-1, parent!]))!)).toBeCloseTo(180 - 110, 8);
  });

  test("are none where neighbours lie on one line", () => {
    const opposite: Vector3 = [-u[0], -u[1], -u[2]];
    expect(planarDirection(u, opposite, [120, 120])).toBeNull();
    expect(pairDirections(u, u, [109, 109], 107)).toBeNull();
    expect(rotorFrame([0, 0, 0], [1, 0, 0], [2, 0, 0])).toBeNull();
  });
});
