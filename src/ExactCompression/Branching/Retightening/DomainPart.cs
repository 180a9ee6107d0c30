using ExactCompression.Bounds;

namespace ExactCompression.Branching;

/// <summary>
/// The part of the input domain in which some rectifiers have given phases, with proven bounds of what lies below a neuron over that part.
/// </summary>
internal sealed class DomainPart
{
    private DomainPart(int[] rectifiers, sbyte[] phases, double[] lower, double[] upper)
    {
        Rectifiers = rectifiers;
        Phases = phases;
        Lower = lower;
        Upper = upper;
    }

    /// <summary>The rectifiers whose phase is fixed, by their index over the units of all layers.</summary>
    public int[] Rectifiers { get; }

    /// <summary>For each of <see cref="Rectifiers"/>: 1 where <c>z &gt;= 0</c>, -1 where <c>z &lt;= 0</c>.</summary>
    public sbyte[] Phases { get; }

    /// <summary>Lower bounds of all units' pre-activations over the part; modified as they are tightened.</summary>
    public double[] Lower { get; }

    /// <summary>Upper bounds of all units' pre-activations over the part; modified as they are tightened.</summary>
    public double[] Upper { get; }

    /// <summary>Proven upper bound of what is searched for over the part.</summary>
    public double Bound { get; set; } = double.PositiveInfinity;

    /// <summary>The whole domain.</summary>
    /// <param name="lower">Lower bounds of all units' pre-activations; owned by the part.</param>
    /// <param name="upper">Upper bounds of all units' pre-activations; owned by the part.</param>
    public static DomainPart Whole(double[] lower, double[] upper) => new([], [], lower, upper);

    /// <summary>The part of this part where one more rectifier has a given phase.</summary>
    /// <param name="rectifier">Index over the units of all layers.</param>
    /// <param name="phase">1 or -1.</param>
    public DomainPart With(int rectifier, sbyte phase)
    {
        var part = new DomainPart([.. Rectifiers, rectifier], [.. Phases, phase], [.. Lower], [.. Upper]) { Bound = Bound };
        if (phase > 0)
            part.Lower[rectifier] = Math.Max(0, part.Lower[rectifier]);
        else
            part.Upper[rectifier] = Math.Min(0, part.Upper[rectifier]);
        return part;
    }

    /// <summary>A problem under the part's phases.</summary>
    /// <param name="problem">The problem; not modified.</param>
    /// <param name="end">Phases of the units before this index alone: those that lie below the problem's neuron.</param>
    public CrownSubproblem Assume(CrownSubproblem problem, int end)
    {
        for (int k = 0; k < Rectifiers.Length; k++)
        {
            if (Rectifiers[k] < end)
                problem = problem.With(Rectifiers[k], Phases[k]);
        }

        return problem;
    }
}
