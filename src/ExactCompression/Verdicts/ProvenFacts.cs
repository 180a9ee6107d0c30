using ExactCompression.Networks;

namespace ExactCompression.Verdicts;

/// <summary>
/// What is proven of every hidden neuron's pre-activation over the domain: bounds, and inputs where it has a given sign. The ledger draws
/// the conclusions.
/// </summary>
/// <param name="layout">The neurons.</param>
internal sealed class ProvenFacts(NeuronLayout layout)
{
    /// <summary>Lower bounds.</summary>
    public double[] Lower { get; } = new double[layout.Count];

    /// <summary>Upper bounds.</summary>
    public double[] Upper { get; } = new double[layout.Count];

    /// <summary>An input where the pre-activation is above 0, or null.</summary>
    public double[]?[] Positive { get; } = new double[layout.Count][];

    /// <summary>An input where the pre-activation is below 0, or null.</summary>
    public double[]?[] Negative { get; } = new double[layout.Count][];

    /// <summary>Copies what a table's verdict says about its neuron; nothing if the table is imported.</summary>
    /// <param name="index">The neuron.</param>
    /// <param name="verdict">The verdict.</param>
    /// <param name="isImported">Whether the table is imported.</param>
    public void Take(int index, NeuronStability verdict, bool isImported)
    {
        if (isImported)
            (Lower[index], Upper[index]) = (double.NegativeInfinity, double.PositiveInfinity);
        else
            (Lower[index], Upper[index], Positive[index], Negative[index]) =
                (verdict.LowerBound, verdict.UpperBound, verdict.PositiveWitness, verdict.NegativeWitness);
    }

    /// <summary>States that nothing is known.</summary>
    /// <param name="index">The neuron.</param>
    public void Clear(int index) => (Lower[index], Upper[index]) = (double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>
    /// Keeps the tighter of the old bounds and the new. A NaN, or an infinity that overflow has given the wrong sign, proves nothing.
    /// </summary>
    /// <param name="index">The neuron.</param>
    /// <param name="lower">A lower bound.</param>
    /// <param name="upper">An upper bound.</param>
    public void Tighten(int index, double lower, double upper)
    {
        if (lower > Lower[index] && !double.IsPositiveInfinity(lower))
            Lower[index] = lower;
        if (upper < Upper[index] && !double.IsNegativeInfinity(upper))
            Upper[index] = upper;
    }

    /// <summary>Whether a witness of that sign would be new information.</summary>
    /// <param name="index">The neuron.</param>
    /// <param name="above">The sign.</param>
    public bool NeedsWitness(int index, bool above) =>
        above ? Positive[index] is null && !(Upper[index] <= 0) : Negative[index] is null && !(Lower[index] >= 0);

    /// <summary>Whether two proofs contradict each other.</summary>
    /// <param name="index">The neuron.</param>
    public bool Clash(int index) =>
        (Positive[index] is not null && Upper[index] <= 0) || (Negative[index] is not null && Lower[index] >= 0)
            || Lower[index] > Upper[index];

    /// <summary>Whether the bounds exclude a state.</summary>
    /// <param name="index">The neuron.</param>
    /// <param name="state">The state.</param>
    public bool BoundsExclude(int index, NeuronState state) => BoundsExclude(state, Lower[index], Upper[index]);

    /// <summary>Whether bounds of a neuron exclude a state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="lower">Lower bound.</param>
    /// <param name="upper">Upper bound.</param>
    public static bool BoundsExclude(NeuronState state, double lower, double upper) => state switch
    {
        NeuronState.StablyActive => upper < 0,
        NeuronState.StablyInactive => lower > 0,
        NeuronState.Unstable => upper <= 0 || lower >= 0,
        _ => false,
    };

    /// <summary>Whether bounds or inputs exclude a state.</summary>
    /// <param name="index">The neuron.</param>
    /// <param name="state">The state.</param>
    public bool Exclude(int index, NeuronState state) =>
        Exclude(state, Lower[index], Upper[index], Positive[index] is not null, Negative[index] is not null);

    /// <summary>Whether what is proven of a neuron excludes a state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="lower">Lower bound.</param>
    /// <param name="upper">Upper bound.</param>
    /// <param name="isAbove">Whether the pre-activation is above 0 at some input.</param>
    /// <param name="isBelow">Whether it is below 0 at some input.</param>
    public static bool Exclude(NeuronState state, double lower, double upper, bool isAbove, bool isBelow) =>
        BoundsExclude(state, lower, upper) || (state == NeuronState.StablyActive && isBelow)
            || (state == NeuronState.StablyInactive && isAbove);

    /// <summary>A description of what is known about a neuron.</summary>
    /// <param name="index">The neuron.</param>
    public string Describe(int index) => Positive[index] is not null ? "an input with a pre-activation proven above 0"
        : Negative[index] is not null ? "an input with a pre-activation proven below 0"
        : FormattableString.Invariant($"proven bounds [{Lower[index]:R}, {Upper[index]:R}]");

    /// <summary>
    /// Two proofs that contradict each other: a fault of this program, or of an imported table, that must never be ignored.
    /// </summary>
    /// <param name="index">The neuron.</param>
    /// <param name="state">The state that was decided.</param>
    /// <param name="network">The network's name.</param>
    public InvalidInputException Contradiction(int index, NeuronState state, string network)
    {
        (int layer, int neuron) = layout.NeuronOf(index);
        return new(
            "ContradictingEvidence",
            $"The evidence on layer {layer}, neuron {neuron} of '{network}' contradicts itself: {state}, "
                + FormattableString.Invariant($"bounds [{Lower[index]:R}, {Upper[index]:R}], ")
                + $"a witness above 0: {Positive[index] is not null}, below 0: {Negative[index] is not null}.",
            "If the table was imported, check that it belongs to this network and domain; otherwise this is a fault of the module: "
                + "please report it with the network.");
    }
}
