namespace ExactCompression.Branching.Regions;

/// <summary>A part of the box that is still to be searched.</summary>
/// <param name="Polytope">The part.</param>
/// <param name="Layer">The place of the layer whose rectifiers are next.</param>
/// <param name="Next">The next of them; below 0 where the layer has not been looked at.</param>
/// <param name="Phases">The phases that are fixed, for each layer up to this one; the last alone on the path of a walk.</param>
internal sealed record PendingRegion(RegionPolytope Polytope, int Layer, int Next, bool[][] Phases);

/// <summary>What a walk has done.</summary>
/// <param name="Left">What is still to be searched, the last first.</param>
/// <param name="Found">The targets that reach their sign.</param>
/// <param name="Effort">The work done.</param>
internal sealed record RegionSlice(PendingRegion[] Left, RegionFindings Found, long Effort);
