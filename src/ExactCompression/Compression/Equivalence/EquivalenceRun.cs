using System.Diagnostics;

namespace ExactCompression.Compression.Equivalence;

/// <summary>One comparison: points first, then a proof, or a counterexample that is checked with outward rounding.</summary>
internal sealed class EquivalenceRun
{
    private readonly ReluNetwork reference;
    private readonly ReluNetwork difference;
    private readonly InputDomain domain;
    private readonly InputData? data;
    private readonly EquivalenceOptions options;
    private readonly EquivalenceSpecification? specification;
    private readonly double? known;
    private readonly CancellationToken cancellation;
    private SingleDifference? runs;
    private double[]? counterexample;

    /// <summary>Prepares a comparison.</summary>
    /// <param name="reference">The first network.</param>
    /// <param name="difference">The second.</param>
    /// <param name="domain">The domain, of their size.</param>
    /// <param name="data">Rows to compare on as well, or null.</param>
    /// <param name="options">What is compared, and how long.</param>
    /// <param name="specification">What a file states, or null: then it decides the tolerance, and the options do not.</param>
    /// <param name="known">A bound on the difference that a compression has proven, or null.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public EquivalenceRun(
        ReluNetwork reference, ReluNetwork difference, InputDomain domain, InputData? data, EquivalenceOptions options,
        EquivalenceSpecification? specification, double? known, CancellationToken cancellation)
    {
        (this.reference, this.difference, this.domain, this.data) = (reference, difference, domain, data);
        (this.options, this.specification, this.known, this.cancellation) = (options, specification, known, cancellation);
    }

    private bool IsLabels => specification is null && options.Property == EquivalenceProperty.SameLabel;

    private bool IsDeployed => options.Arithmetic == Arithmetic.Float32;

    private bool IsRelative => specification is null && !IsLabels && options.RelativeTolerance > 0;

    /// <summary>Compares.</summary>
    public EquivalenceReport Report()
    {
        data?.RequireColumns(reference.InputSize);
        RequireOptions();
        var points = new ComparisonPoints(domain, data, options);
        double? tolerance = options.Tolerance ?? (IsLabels || IsRelative ? 0 : null);
        EquivalenceTest? test = specification is not null ? new RangeTest(specification.Ranges)
            : tolerance is { } given ? TestOf(given) : null;
        using var search = new DifferenceSearch(reference, difference, domain, test?.Excess);
        search.Run(points, cancellation);
        double allowed = specification is not null ? specification.Ranges.Min(static r => Math.Min(-r.OuterLower, r.OuterUpper))
            : tolerance ?? Math.Max(EquivalenceOptions.DefaultScale * Scale(search.LargestOutput), known ?? 0);
        test ??= RangeTest.Uniform(allowed, reference.OutputSize);

        double observed = search.Farthest is { } far ? Observed(far) : 0;
        foreach (double[] candidate in Candidates(search, points))
            observed = Math.Max(observed, Try(candidate, test));
        DeviationBound proven = Prove(test);
        if (counterexample is null && proven.Counterexample is { } found)
            observed = Math.Max(observed, Try(found, test));
        bool differs = counterexample is not null, isProven = proven.IsEnough || proven.Bound <= test.Enough;
        double? deployed = null;
        if (IsDeployed)
            (deployed, observed, differs, isProven) = Deployed(proven.Bound, search.Farthest, allowed);
        return new()
        {
            Reference = reference,
            Difference = difference,
            Domain = domain,
            Arithmetic = options.Arithmetic,
            DeployedDeviation = deployed,
            Property = IsLabels ? EquivalenceProperty.SameLabel : EquivalenceProperty.Deviation,
            Specification = specification,
            Equivalent = differs ? false : isProven ? true : null,
            ObservedDeviation = observed,
            ProvenDeviation = proven.Bound,
            Evidence = differs ? EquivalenceEvidence.Counterexample : proven.Evidence,
            Tolerance = allowed,
            RelativeTolerance = IsRelative ? options.RelativeTolerance : 0,
            PointsTried = search.Tried,
            Counterexample = counterexample,
        };
    }

    private void RequireOptions()
    {
        if (specification is not null)
            return;
        if (IsDeployed && (IsLabels || IsRelative))
            throw new InvalidInputException(
                "ArithmeticNotApplicable", "Labels and relative tolerances are compared in real arithmetic alone.",
                "Leave -Arithmetic out, or compare outputs by -Tolerance alone.");
        if (IsDeployed)
            runs = new(reference, difference, domain); // refuses what has no such arithmetic, before any work
        if (!(options.RelativeTolerance >= 0) || double.IsInfinity(options.RelativeTolerance))
            throw new InvalidInputException(
                "RelativeToleranceInvalid", "The relative tolerance is not a finite number of 0 or more.", "Give one, such as 0.01.");
        if (!IsLabels)
            return;
        if (options.RelativeTolerance > 0)
            throw new InvalidInputException(
                "RelativeToleranceNotApplicable", "Labels are compared by the order of outputs, which no relative tolerance changes.",
                "Leave -RelativeTolerance out; -Tolerance is the lead that a label must have to count.");
        if (reference.OutputSize < 2)
            throw new InvalidInputException(
                "LabelsNeedOutputs", $"The network '{reference.Name}' has one output, and so one label.",
                "Compare outputs: leave -Property out.");
    }

    /// <summary>What float32 arithmetic makes of a bound in real arithmetic, and what runs in it show.</summary>
    private (double Deployed, double Observed, bool Differs, bool IsProven) Deployed(double proven, double[]? farthest, double allowed)
    {
        runs!.Run(farthest, options.Seed, cancellation);
        double deployed = DeployedDeviation.Between(reference, difference, domain, proven, cancellation);
        bool differs = runs.Largest > allowed;
        counterexample = differs ? runs.Input : null;
        return (deployed, runs.Largest, differs, deployed <= allowed);
    }

    private EquivalenceTest TestOf(double tolerance)
    {
        if (IsLabels)
            return new LabelTest(tolerance);
        if (!IsRelative)
            return RangeTest.Uniform(tolerance, reference.OutputSize);
        (double[] lower, double[] upper) = OutputBounds.Of(reference, domain, cancellation);
        double smallest = lower.Zip(upper, static (low, high) => low > 0 ? low : high < 0 ? -high : 0).Min();
        double largest = lower.Concat(upper).Max(static end => double.IsNaN(end) ? double.PositiveInfinity : Math.Abs(end));
        return new RelativeTest(tolerance, options.RelativeTolerance, double.IsFinite(smallest) ? smallest : 0, largest);
    }

    private IEnumerable<double[]> Candidates(DifferenceSearch search, ComparisonPoints points)
    {
        if (search.Worst is { } worst)
            yield return worst;
        if (!IsLabels)
            yield break;
        using var labels = new LabelSearch(reference, difference);
        foreach (double[] point in labels.Run(points, options.ProofTimeLimit, cancellation))
        {
            if (counterexample is not null)
                yield break;
            yield return point;
        }
    }

    /// <summary>The largest difference of any output at a point; where a file states several boxes, at the nearest point of each.</summary>
    private double Observed(double[] point) => specification is not { Boxes: { Count: > 1 } boxes }
        ? PointDifference.AtLeast(reference, difference, point, cancellation)
        : boxes.Max(box => PointDifference.AtLeast(reference, difference, box.Around(point).Point, cancellation));

    /// <summary>Keeps a point as the counterexample if it is one.</summary>
    /// <returns>The largest difference of any output there is at least this, if it is one.</returns>
    private double Try(double[] point, EquivalenceTest test)
    {
        if (specification is null)
            return Try(point, point, point, test);
        double most = 0;
        foreach (StatedBox box in specification.Boxes)
        {
            if (counterexample is not null)
                break;
            (double[] moved, double[] low, double[] high) = box.Around(point);
            most = Math.Max(most, Try(moved, low, high, test));
        }

        return most;
    }

    private double Try(double[] point, double[] low, double[] high, EquivalenceTest test)
    {
        if (counterexample is not null)
            return 0;
        OutputEnclosure outputs = OutputEnclosure.Of(reference, difference, low, high, cancellation);
        if (!test.IsRefuted(outputs))
            return 0;
        counterexample = point;
        return outputs.AtLeast();
    }

    private DeviationBound Prove(EquivalenceTest test)
    {
        EquivalenceTest asked = counterexample is null ? test : RangeTest.Uniform(double.PositiveInfinity, reference.OutputSize);
        if (known is not { } bound)
            return ProveParts(asked);
        var compression = new DeviationBound(bound, EquivalenceEvidence.Compression);
        if (counterexample is not null || bound <= test.Enough || test is RangeTest)
            return compression;
        DeviationBound found = DeviationProof.Between(reference, difference, domain, data, asked, options, cancellation);
        return compression.Or(found) with { Bound = Math.Min(bound, found.Bound), Counterexample = found.Counterexample };
    }

    /// <summary>
    /// Proves the domain; where a file states several boxes, each of them, with what is left of the time for it and those behind it.
    /// </summary>
    private DeviationBound ProveParts(EquivalenceTest asked)
    {
        if (specification is not { Boxes: { Count: > 1 } boxes })
            return DeviationProof.Between(reference, difference, domain, data, asked, options, cancellation);
        var watch = Stopwatch.StartNew();
        DeviationBound all = new(0, EquivalenceEvidence.None) { IsEnough = true };
        for (int b = 0; b < boxes.Count; b++)
        {
            TimeSpan left = options.ProofTimeLimit - watch.Elapsed;
            EquivalenceOptions each = options with { ProofTimeLimit = left > TimeSpan.Zero ? left / (boxes.Count - b) : TimeSpan.Zero };
            DeviationBound found = DeviationProof.Between(
                reference, difference, new(boxes[b].Lower, boxes[b].Upper), data, asked, each, cancellation);
            all = new(Math.Max(all.Bound, found.Bound), b > 0 && found.Bound <= all.Bound ? all.Evidence : found.Evidence)
            {
                IsEnough = all.IsEnough && (found.IsEnough || found.Bound <= asked.Enough),
                Counterexample = all.Counterexample ?? found.Counterexample,
            };
        }

        return all;
    }

    /// <summary>The largest output seen; where all are 0, as rectified ones may be, the magnitudes that they are sums of.</summary>
    private double Scale(double largestOutput) => largestOutput > 0
        ? largestOutput
        : Math.Max(OutputBounds.Magnitude(reference, domain, cancellation), OutputBounds.Magnitude(difference, domain, cancellation));
}
