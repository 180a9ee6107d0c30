namespace ExactCompression.Bounds;

/// <summary>
/// The question whether <c>sign z</c> of one neuron can be above 0 where some rectifiers below have a fixed phase, with everything that
/// bounds it: free slopes below open rectifiers, and a multiplier for each fixed phase. Any slope in [0,1] and any multiplier that is not
/// negative gives a sound bound; optimisation only makes it tighter.
/// </summary>
internal sealed class CrownSubproblem
{
    private CrownSubproblem(int neuron, bool above, float[] slopes, int[] split, sbyte[] phases, float[] multipliers)
    {
        Neuron = neuron;
        Above = above;
        Slopes = slopes;
        Split = split;
        Phases = phases;
        Multipliers = multipliers;
    }

    /// <summary>0-based neuron of the layer in question.</summary>
    public int Neuron { get; }

    /// <summary>True to bound <c>z</c> from above, false to bound <c>-z</c> from above.</summary>
    public bool Above { get; }

    /// <summary>Slope below each rectifier of the layers below, over all units of them (<see cref="BackwardPaths.Offsets"/>).</summary>
    public float[] Slopes { get; }

    /// <summary>Rectifiers with a fixed phase, by their index over the units of all layers.</summary>
    public int[] Split { get; }

    /// <summary>For each of <see cref="Split"/>: 1 where <c>z &gt;= 0</c> is assumed, -1 where <c>z &lt;= 0</c> is.</summary>
    public sbyte[] Phases { get; }

    /// <summary>Multiplier of each assumption.</summary>
    public float[] Multipliers { get; }

    /// <summary>Proven upper bound of <c>sign z</c> under the assumptions.</summary>
    public double Bound { get; set; } = double.PositiveInfinity;

    /// <summary>
    /// The open rectifiers that loosen the bound most, loosest first, by their index over all layers; empty where none does.
    /// </summary>
    public int[] Loosest { get; set; } = [];

    /// <summary>
    /// For each of <see cref="Loosest"/>, the multiplier with which the assumption that it is on gives exactly the line that the bound uses
    /// there, so that the split loses nothing.
    /// </summary>
    public float[] LineMultipliers { get; set; } = [];

    /// <summary>Corner of the input box where the bound's linear function is largest.</summary>
    public float[] Corner { get; set; } = [];

    /// <summary>
    /// Mean of the corners found in the gradient steps, the later ones weighted more: near the best point of the linear program that the
    /// bound is the dual of, and often inside the box.
    /// </summary>
    public float[] Mean { get; set; } = [];

    /// <summary>Whether better slopes and multipliers than these need not be searched.</summary>
    public bool IsRefined { get; set; }

    /// <summary>A problem without assumptions.</summary>
    /// <param name="neuron">0-based neuron.</param>
    /// <param name="above">True to bound <c>z</c> from above, false to bound <c>-z</c> from above.</param>
    /// <param name="slopes">Initial slopes; copied.</param>
    public static CrownSubproblem Root(int neuron, bool above, ReadOnlySpan<float> slopes) =>
        new(neuron, above, slopes.ToArray(), [], [], []);

    /// <summary>The same problem with one more assumption; its bound holds here, too.</summary>
    /// <param name="rectifier">Index over all layers.</param>
    /// <param name="phase">1 or -1.</param>
    /// <param name="multiplier">Initial multiplier of the assumption.</param>
    public CrownSubproblem With(int rectifier, sbyte phase, float multiplier = 0) =>
        new(Neuron, Above, [.. Slopes], [.. Split, rectifier], [.. Phases, phase], [.. Multipliers, multiplier]) { Bound = Bound };
}
