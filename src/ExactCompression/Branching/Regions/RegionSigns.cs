using System.Numerics;

namespace ExactCompression.Branching.Regions;

/// <summary>
/// The signs of functions at the vertices of polytopes: in double where the error bound allows it, else exact. Not for several threads.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="functions">The functions on the current path.</param>
internal sealed class RegionSigns(RegionNetwork network, RegionFunctions functions)
{
    /// <summary>What an exact sign costs, in evaluations; and in addition where the function's digits grow from layer to layer.</summary>
    private const long ExactCost = 64, DigitsCost = 256;

    /// <summary>The values of the last function at the vertices, in double.</summary>
    public double[] Values { get; private set; } = [];

    /// <summary>The signs of the last function at the vertices.</summary>
    public sbyte[] Signs { get; private set; } = [];

    /// <summary>Work done, in evaluations of a function at a vertex.</summary>
    public long Effort { get; set; }

    /// <summary>Whether a function is above 0 and below 0 at any vertex; exact.</summary>
    /// <param name="polytope">The polytope.</param>
    /// <param name="place">The place of the function's element.</param>
    /// <returns>Both, and a bound on the errors of <see cref="Values"/>, which are set where both are true.</returns>
    public (bool Above, bool Below, double Error) Find(RegionPolytope polytope, int place)
    {
        ReadOnlySpan<double> function = functions.Of(place), errors = functions.ErrorsOf(place);
        Effort++;
        if (polytope.QuickSign(function, errors) is not 0 and var quick)
            return (quick > 0, quick < 0, 0);
        if (IsZero(place))
            return (false, false, 0);
        double error = Evaluate(polytope, function, errors);
        bool above = false, below = false;
        for (int v = 0; v < polytope.Count; v++)
        {
            double value = Values[v];
            int sign = value > error ? 1 : value < -error ? -1 : ExactSign(polytope, v, place);
            Signs[v] = (sbyte)sign;
            above |= sign > 0;
            below |= sign < 0;
        }

        return (above, below, error);
    }

    /// <summary>Looks whether a target has its sign at a vertex.</summary>
    /// <param name="polytope">The polytope.</param>
    /// <param name="place">The place of the target's element.</param>
    /// <param name="target">The target.</param>
    /// <param name="found">Receives the vertex.</param>
    public void Look(RegionPolytope polytope, int place, RegionTarget target, RegionFindings found)
    {
        ReadOnlySpan<double> function = functions.Of(place), errors = functions.ErrorsOf(place);
        int missing = target.Above ? 1 : -1;
        Effort++;
        if (polytope.QuickSign(function, errors) == -missing || IsZero(place))
            return;
        double error = Evaluate(polytope, function, errors);
        bool isShown = false;
        for (int v = 0; v < polytope.Count; v++)
        {
            if (!(missing * Values[v] > error))
                continue;
            isShown = true;
            found.Take(target.Id, missing * Values[v], polytope, v);
        }

        for (int v = 0; v < polytope.Count && !isShown; v++)
        {
            if (!(missing * Values[v] < -error) && ExactSign(polytope, v, place) == missing)
                found.Take(target.Id, 0, polytope, v);
        }
    }

    /// <summary>Whether a function is known to be 0 throughout.</summary>
    private bool IsZero(int place) => !functions.Of(place).ContainsAnyExcept(0) && functions.IsInDoubles(place);

    private double Evaluate(RegionPolytope polytope, ReadOnlySpan<double> function, ReadOnlySpan<double> errors)
    {
        if (Values.Length < polytope.Count)
            (Values, Signs) = (new double[2 * polytope.Count], new sbyte[2 * polytope.Count]);
        Effort += polytope.Count;
        return polytope.Evaluate(function, errors, Values);
    }

    /// <summary>
    /// The sign of a function at a vertex where double leaves it in doubt. What that costs is charged by what is known here alone: how much
    /// of it other threads have done already must not decide where a search ends.
    /// </summary>
    private int ExactSign(RegionPolytope polytope, int vertex, int place)
    {
        Effort += ExactCost;
        bool isInDoubles = functions.IsInDoubles(place);
        if (!isInDoubles)
            Effort += DigitsCost * network.Layers.Count;
        else if (polytope[vertex].IsKnownZero(functions.Of(place)))
            return 0;
        BigInteger[] point = polytope[vertex].Exact(functions);
        int sign = RegionFunctions.At(functions.Exact(place), point).Sign;
        if (sign == 0 && isInDoubles)
            polytope[vertex].Remember(functions.Of(place), network.Inputs.Length);
        return sign;
    }
}
