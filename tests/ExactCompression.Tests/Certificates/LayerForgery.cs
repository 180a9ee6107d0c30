using ExactCompression.Certificates.Checking;

namespace ExactCompression.Tests.Certificates;

/// <summary>One layer of a <see cref="RelationForgery"/>: its relation, and the counterpart that is made to go with it.</summary>
internal sealed class LayerForgery
{
    private readonly Random random;
    private readonly CancellingNumbers numbers;
    private readonly string kinds;
    private readonly Simulation before;
    private readonly List<(double[] Weights, double Bias)> rows = [];
    private readonly List<int> targets = [];
    private readonly List<double> factors = [];
    private readonly List<int> linear = [];
    private readonly List<int> idle = [];
    private readonly int[] own;
    private readonly double[] scales;

    private LayerForgery(Random random, CancellingNumbers numbers, string kinds, Simulation before)
    {
        (this.random, this.numbers, this.kinds, this.before) = (random, numbers, kinds, before);
        (own, scales) = (new int[kinds.Length], new double[kinds.Length]);
    }

    /// <summary>A relation, and the layer of the compressed network that it speaks of; null where the layer is folded away.</summary>
    /// <param name="random">What to draw from.</param>
    /// <param name="numbers">Numbers that cancel.</param>
    /// <param name="kinds">What each neuron counts as.</param>
    /// <param name="before">The simulation before the layer.</param>
    /// <param name="next">The layer behind.</param>
    /// <param name="needed">Which of its rows are needed.</param>
    public static (LayerRelation Relation, AffineLayer? Counterpart) Of(
        Random random, CancellingNumbers numbers, string kinds, Simulation before, AffineLayer next, bool[] needed)
    {
        if (!kinds.AsSpan().ContainsAnyExcept("ofc"))
            return (new() { HasCounterpart = false, Kinds = kinds, Targets = [], Factors = [], Sums = [], Terms = [], Linear = [],
                Coefficients = [] }, null);
        var forgery = new LayerForgery(random, numbers, kinds, before);
        for (int i = 0; i < kinds.Length; i++)
            forgery.AddNeuron(i);
        forgery.AddIdle();
        AffineLayer counterpart = forgery.Counterpart();
        return (forgery.Relation(next, needed), counterpart);
    }

    private void AddNeuron(int i)
    {
        if (kinds[i] is 'g' or 'n')
        {
            double factor = random.Next(2) == 0
                ? 1
                : random.Next(2) == 0
                ? Math.Pow(2, random.Next(-20, 21)) : Math.Abs(numbers.Number()) is > 0 and var f ? f : 3;
            double by = (kinds[i] == 'g' ? 1 : -1) / factor;
            if (random.Next(6) == 0 && rows.Count > 0)
            {
                targets.Add(random.Next(rows.Count)); // a target that another has, whatever it is
            }
            else
            {
                targets.Add(rows.Count);
                Add(Array.ConvertAll(before.Row(i).ToArray(), w => w * by), before.Bias[i] * by);
            }

            factors.Add(factor);
        }

        if (kinds[i] is 'n' or 'l' or 'j')
        {
            // A linear neuron is above 0; one that stands for a negative part is lifted there.
            (own[i], scales[i]) = (rows.Count, random.Next(2) == 0 ? 1 : Math.Pow(2, random.Next(-30, 31)));
            double lift = kinds[i] == 'n' ? 2 * (Products.Size(before.Row(i), before.Box.Sizes) + Math.Abs(before.Bias[i])) : 0;
            Add(Array.ConvertAll(before.Row(i).ToArray(), w => w * scales[i]), (before.Bias[i] + lift) * scales[i]);
            linear.Add(own[i]);
        }
    }

    /// <summary>
    /// Linear neurons that a joint part may add and take away again without any trace but rounding: constants, copies, and gates that are
    /// never below 0.
    /// </summary>
    private void AddIdle()
    {
        for (int k = random.Next(3); k > 0; k--)
        {
            idle.Add(rows.Count);
            Add(new double[before.Box.Size], Math.Abs(numbers.Number()));
        }

        if (linear.Count > 0 && random.Next(2) == 0)
        {
            int copied = linear[random.Next(linear.Count)];
            rows.Add(rows[copied]);
            linear.Add(rows.Count - 1);
        }

        linear.AddRange(idle);
        if (targets.Count > 0 && random.Next(2) == 0)
            linear.AddRange(targets.Distinct().Where(t => !linear.Contains(t) && random.Next(2) == 0));
        if (rows.Count == 0)
            Add(new double[before.Box.Size], 0);
    }

    private void Add(double[] row, double bias) => rows.Add((row, bias));

    private AffineLayer Counterpart()
    {
        double Moved(double value) => random.Next(40) == 0 ? value * (1 + 1e-7) : value;
        double[] weights = [.. rows.SelectMany(static r => r.Weights).Select(Moved)], bias = [.. rows.Select(r => Moved(r.Bias))];
        double Finite(double value) => double.IsFinite(value) ? value : 0;
        return numbers.WithRadii(
            new(Array.ConvertAll(weights, Finite), Array.ConvertAll(bias, Finite), rows.Count, before.Box.Size, Activation.Relu,
                WeightPrecision.Float64));
    }

    private LayerRelation Relation(AffineLayer next, bool[] needed)
    {
        var coefficients = new List<double>();
        for (int i = 0; i < kinds.Length; i++)
        {
            if (kinds[i] != 'l')
                continue;
            double[] combination = new double[linear.Count];
            combination[linear.IndexOf(own[i])] = 1 / scales[i];
            coefficients.AddRange(WithJunk(combination));
        }

        for (int r = 0; kinds.AsSpan().ContainsAny('j', 'n') && r < needed.Length; r++)
        {
            if (!needed[r])
                continue;
            double[] combination = new double[linear.Count];
            for (int i = 0; i < kinds.Length; i++)
            {
                if (kinds[i] is 'j' or 'n')
                    combination[linear.IndexOf(own[i])] += next.Row(r)[i] / scales[i];
            }

            coefficients.AddRange(WithJunk(combination));
        }

        (List<int> sums, List<double> terms) = Sums();
        return new()
        {
            HasCounterpart = true,
            Kinds = kinds,
            Targets = [.. targets],
            Factors = [.. factors],
            Sums = [.. sums],
            Terms = [.. terms],
            Linear = coefficients.Count == 0 ? [] : [.. linear],
            Coefficients = [.. coefficients],
        };
    }

    /// <summary>A combination with idle neurons in it, which change nothing but how it rounds.</summary>
    private double[] WithJunk(double[] coefficients)
    {
        foreach (int j in idle)
        {
            if (random.Next(3) == 0)
                coefficients[linear.IndexOf(j)] += numbers.Number();
        }

        int[] twins = [.. Enumerable.Range(0, linear.Count).Where(
            a => linear.Exists(
                b => b != linear[a] && rows[b].Bias == rows[linear[a]].Bias && rows[b].Weights.SequenceEqual(rows[linear[a]].Weights)))];
        if (twins.Length == 2 && random.Next(2) == 0)
        {
            double c = numbers.Number();
            coefficients[twins[0]] += c;
            coefficients[twins[1]] -= c;
        }

        return coefficients;
    }

    /// <summary>
    /// Bounds of some linear neurons by the original's neurons that they are multiples of, with terms that may be anything besides.
    /// </summary>
    private (List<int> Targets, List<double> Terms) Sums()
    {
        (List<int> sums, List<double> terms) = ([], []);
        for (int i = 0; i < own.Length; i++)
        {
            if (kinds[i] is not ('l' or 'j') || random.Next(2) == 0)
                continue;
            sums.Add(own[i]);
            double[] own1 = new double[own.Length];
            own1[i] = scales[i];
            if (random.Next(4) == 0)
                own1[random.Next(own1.Length)] += numbers.Number();
            terms.AddRange(own1);
        }

        return (sums, terms);
    }
}
