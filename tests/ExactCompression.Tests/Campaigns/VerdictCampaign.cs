using ExactCompression.Analysis;
using ExactCompression.Milp;
using ExactCompression.Tests.Oracles;
using ExactCompression.Witnesses;

namespace ExactCompression.Tests.Campaigns;

/// <summary>
/// Verdicts, bounds and witnesses of all methods beside the exact range of every pre-activation; and the same verdicts on any number of
/// threads.
/// </summary>
internal sealed class VerdictCampaign : CampaignPart
{
    /// <summary>What a solver may take for a network; hard numbers can keep one busy for hours.</summary>
    private static readonly TimeSpan SolverTime = TimeSpan.FromSeconds(5);

    private static readonly MilpFormulation[] Formulations = Enum.GetValues<MilpFormulation>();

    private static readonly string[] Solvers = [.. MilpSolvers.NamesForNetworks()];

    public override string Name => "Verdicts";

    public override int PerThousand => 150;

    protected override void Try(CampaignCase place, CampaignReport report)
    {
        Random random = place.Random();
        HardCase c = HardCases.Make(random);
        if (ExactRanges.Of(c.Network, c.Lower, c.Upper) is not { } ranges)
        {
            report.Count("networks too large for the oracle");
            return;
        }

        var open = StabilityTable.Undecided(c.Network, c.Domain);
        (StabilityTable hybrid, bool isWhole) = c.Search(1);
        Check(place, "Hybrid", c, hybrid, ranges, report);
        if (!isWhole)
            report.Count("searches cut short");
        switch (place.Place % 4)
        {
            case 0 when isWhole:
                CheckThreads(place, c, hybrid, 2, report);
                break;
            case 1 when isWhole:
                CheckThreads(place, c, hybrid, 4, report);
                break;
            case 0 or 1:
                break;
            case 2:
                Solve(place, random, c, open, ranges, report);
                break;
            default:
                using (var device = new SimdWitnessDevice())
                    Check(place, "Witnesses", c, StabilityAnalysis.FindUnstable(open, null, device, new() { Threads = 1 }, default),
                        ranges, report);
                break;
        }
    }

    private static void Solve(CampaignCase place, Random random, HardCase c, StabilityTable open, ExactRanges.Range[][] ranges,
        CampaignReport report)
    {
        var options = new MilpOptions
        {
            Formulation = Formulations[random.Next(Formulations.Length)],
            Solver = Solvers[random.Next(Solvers.Length)],
            Bounds = (MilpBounds)random.Next(2),
            Injection = (MilpInjection)random.Next(3),
        };
        var search = new SearchOptions { Threads = 1, TimeLimit = SolverTime, Contradiction = _ =>
            report.Count("solver's claims refuted by the search") };
        Check(place, options.Formulation.ToString(), c, MilpAnalysis.Find(open, null, options, search, default), ranges, report);
    }

    private static void CheckThreads(CampaignCase place, HardCase c, StabilityTable one, int threads, CampaignReport report)
    {
        (StabilityTable more, bool isWhole) = c.Search(threads);
        if (!isWhole)
            return;
        report.Count("searches compared between numbers of threads");
        for (int i = 0; i < one.Neurons.Count; i++)
        {
            // Which neurons the time suffices for is a matter of the machine; verdicts are not.
            if (one.Neurons[i].State == NeuronState.Undetermined || more.Neurons[i].State == NeuronState.Undetermined)
                continue;
            if (one.Neurons[i].State != more.Neurons[i].State)
                report.Fault(place.Fault("ThreadsDiffer",
                    $"{one.Neurons[i]} ({one.Neurons[i].Evidence}) on 1 thread, "
                    + $"{more.Neurons[i]} ({more.Neurons[i].Evidence}) on {threads}; {c}"));
        }
    }

    /// <summary>Holds verdicts, bounds and witnesses against the true ranges.</summary>
    internal static void Check(CampaignCase place, string method, HardCase c, StabilityTable table, ExactRanges.Range[][] ranges,
        CampaignReport report)
    {
        foreach (NeuronStability neuron in table.Neurons)
        {
            ExactRanges.Range range = ranges[neuron.Layer - 1][neuron.Neuron];
            (Rational min, Rational max) = (range.Min.Value, range.Max.Value);
            void Wrong(string kind) => report.Fault(place.Fault(kind,
                $"{method}: {neuron} by {neuron.Evidence}, [{neuron.LowerBound:R}, {neuron.UpperBound:R}], "
                + $"true range {min} to {max}; {c}"));
            report.Count($"neurons by {(method is "Hybrid" or "Witnesses" ? method : "the paper's methods")}");
            bool isTrue = neuron.State switch
            {
                NeuronState.StablyActive => min.Sign >= 0,
                NeuronState.StablyInactive => max.Sign <= 0,
                NeuronState.Unstable => min.Sign < 0 && max.Sign > 0,
                _ => true,
            };
            bool isClaim = neuron.Basis.IsSolverAlone;
            if (isClaim)
                report.Count(isTrue ? "solvers' unproven claims, true" : "solvers' unproven claims, false");
            else if (!isTrue)
                Wrong("WrongVerdict");
            else if (neuron.State == NeuronState.StablyActive && max.Sign == 0)
                Wrong("ZeroCalledActive"); // 0 everywhere counts as inactive
            if (neuron.State == NeuronState.Undetermined)
                report.Count($"neurons left open by {method}");
            if (!(double.IsNegativeInfinity(neuron.LowerBound) || neuron.LowerBound <= min)
                || !(double.IsPositiveInfinity(neuron.UpperBound) || neuron.UpperBound >= max))
                Wrong("WrongBound");
            if (!Shows(c, neuron, neuron.PositiveWitness, 1) || !Shows(c, neuron, neuron.NegativeWitness, -1))
                Wrong("WrongWitness");
        }
    }

    private static bool Shows(HardCase c, NeuronStability neuron, double[]? witness, int sign) =>
        witness is null || (c.Domain.Contains(witness) && new ExactNetwork(c.Network)
            .PreActivations(Array.ConvertAll(witness, static x => (Rational)x))[neuron.Layer - 1][neuron.Neuron].Sign == sign);
}
