namespace ExactCompression.Certificates.Checking;

/// <summary>Propagates a <see cref="Simulation"/> through one hidden layer of the original, as a certificate states.</summary>
/// <remarks>
/// <para>
/// A neuron of the original gives <c>relu(z_i)</c>. It is <em>off</em> where <c>z_i &lt;= 0</c> is proven. It is a <em>gate</em> where
/// <c>z_i</c> is within <c>rho_i</c> of <c>f z'_j</c>, <c>f &gt; 0</c>, for a neuron <c>j</c> of the compressed network: ReLUs change by no
/// more than their arguments, so it is within <c>rho_i</c> of <c>f a'_j</c>. It is <em>linear</em> where <c>z_i &gt;= 0</c> is proven, and
/// then <c>P_i a + q_i</c> itself, up to <c>e_i</c>; this must be made from linear neurons of the compressed network, for itself or, as the
/// next layer sees it, together with others. Where <c>z_i</c> is within <c>rho_i</c> of <c>-f z'_j</c>, <c>relu(z_i) = relu(-z_i) + z_i</c>
/// is a gate, within <c>rho_i</c> of <c>f a'_j</c>, and a linear part, <c>z_i</c> itself. Any neuron has a range, and counts as its
/// midpoint up to half its width.
/// </para>
/// <para>A neuron of the compressed network that is used as linear may be below 0 by a little: then its activation differs from its
/// pre-activation by as much.</para>
/// </remarks>
internal sealed class SimulationStep
{
    private readonly Simulation before;
    private readonly LayerRelation relation;
    private readonly AffineLayer next;
    private readonly bool[] needed;
    private readonly BoundedLayer original;
    private readonly AffineLayer? counterpart;
    private readonly string place;
    private readonly CheckBudget budget;
    private readonly double[] errors;
    private readonly double[] constants;
    private readonly double[] sizes; // at least the largest value of the terms of a neuron's share, never less
    private double[] slack = [];
    private readonly InputBox box;

    private SimulationStep(
        Simulation before, LayerRelation relation, BoundedLayer original, AffineLayer next, bool[] needed, AffineLayer? counterpart,
        BoundedLayer? known, string place, CheckBudget budget)
    {
        (this.before, this.relation, this.original, this.next) = (before, relation, original, next);
        (this.needed, this.counterpart, this.place, this.budget) = (needed, counterpart, place, budget);
        int width = original.Map.Outputs;
        (errors, constants, sizes) = (new double[width], new double[width], new double[width]);
        box = before.Box;
        RequireShape();
        RequireSpace();
        for (int i = 0; i < width; i++)
            Require(i);
        if (counterpart is not null)
            box = Meet(known!);
        Combine();
    }

    /// <summary>Takes one step.</summary>
    /// <param name="before">What is known about the layer's pre-activations.</param>
    /// <param name="relation">The certificate's relation for the layer.</param>
    /// <param name="original">The layer of the original.</param>
    /// <param name="next">The layer of the original behind it.</param>
    /// <param name="needed">Which rows of that one are needed.</param>
    /// <param name="counterpart">The next layer of the compressed network; null if the layer has no counterpart.</param>
    /// <param name="known">What is proven about the counterpart's pre-activations alone.</param>
    /// <param name="place">The layer's name in messages.</param>
    /// <param name="budget">Its budget.</param>
    /// <exception cref="Refusal">A check failed.</exception>
    public static Simulation Take(
        Simulation before, LayerRelation relation, BoundedLayer original, AffineLayer next, bool[] needed, AffineLayer? counterpart,
        BoundedLayer? known, string place, CheckBudget budget) =>
        new SimulationStep(before, relation, original, next, needed, counterpart, known, place, budget).Carry();

    private int Gates => relation.Targets.Length;

    /// <summary>
    /// For each neuron whether its share of the next layer is copied unchanged to an empty place: a gate of factor 1 whose target no other
    /// gate has. A row that reads only such neurons is not rounded by them; the joint part is accounted for separately.
    /// </summary>
    private bool[] Copied()
    {
        bool copies = Array.TrueForAll(relation.Factors, static f => f == 1) && relation.Targets.Distinct().Count() == Gates;
        return [.. relation.Kinds.Select(k => k == 'o' || (k == 'g' && copies))];
    }

    private void RequireShape()
    {
        string kinds = relation.Kinds;
        if (kinds.Length != errors.Length || kinds.AsSpan().ContainsAnyExcept(counterpart is null ? "ofc" : "ogncjl"))
            throw new Refusal($"{place}, kinds", "They are not one known letter for each neuron.");
        int gates = kinds.AsSpan().Count('g') + kinds.AsSpan().Count('n'), columns = counterpart?.Outputs ?? 0;
        if (Gates != gates || relation.Factors.Length != gates
            || relation.Targets.Concat(relation.Linear).Concat(relation.Sums).Any(j => j < 0 || j >= columns)
            || relation.Linear.Distinct().Count() != relation.Linear.Length)
            throw new Refusal($"{place}, targets", "They do not name neurons of the compressed network, one for each gate.");
        if (relation.Terms.Length != (long)relation.Sums.Length * errors.Length)
            throw new Refusal($"{place}, terms", "There is not one for each neuron and sum.");
        if (relation.Factors.Any(static f => !(f > 0) || double.IsInfinity(f)))
            throw new Refusal($"{place}, factors", "A factor is not above 0.");
        long combined = kinds.AsSpan().Count('l') + (kinds.AsSpan().ContainsAny('j', 'n') ? needed.AsSpan().Count(true) : 0);
        if (relation.Coefficients.Length != combined * relation.Linear.Length)
            throw new Refusal(
                $"{place}, coefficients",
                $"There are {relation.Coefficients.Length}, not {relation.Linear.Length} for each of {combined} combinations.");
    }

    /// <summary>
    /// The memory that the step allocates: the next simulation's weights, the rows of all combinations, and the linear parts.
    /// </summary>
    private void RequireSpace()
    {
        bool joint = relation.Kinds.AsSpan().ContainsAny('j', 'n');
        long read = before.Box.Size, given = counterpart?.Outputs ?? read,
            combined = Math.Max(relation.Kinds.AsSpan().Count('l'), joint ? next.Outputs : 0);
        CheckBudget.RequireNumbers(place, next.Outputs * given, combined * Math.Max(read, given), joint ? errors.Length * read : 0);
    }

    /// <summary>The requirements of a neuron's kind on the neuron alone.</summary>
    private void Require(int i)
    {
        double low = original.Lower[i], high = original.Upper[i];
        switch (relation.Kinds[i])
        {
            case 'o' when !(high <= 0):
                throw new Refusal(
                    $"{place}, neuron {i}", $"It counts as off, but nothing shows that it is never above 0: its bound is {Show(high)}.");
            case 'l' or 'j' or 'f' when !(low >= 0):
                throw new Refusal(
                    $"{place}, neuron {i}", $"It counts as linear, but nothing shows that it is never below 0: its bound is {Show(low)}.");
            case 'c':
                (low, high) = (Math.Max(0, low), Math.Max(0, high));
                constants[i] = low == high ? low : (0.5 * low) + (0.5 * high); // half of the smallest number is 0
                errors[i] = low == high ? 0 : Math.BitIncrement(Math.Max(high - constants[i], constants[i] - low));
                sizes[i] = Math.Abs(constants[i]);
                break;
            case 'f':
                (errors[i], constants[i]) = (before.Error[i], before.Bias[i]);
                sizes[i] = SizeBefore(i);
                break;
        }
    }

    /// <summary>How far the gates are from their counterparts, and with that, bounds of the counterparts' activations.</summary>
    private InputBox Meet(BoundedLayer known)
    {
        budget.Spend(4.0 * counterpart!.Outputs * counterpart.Inputs);
        (double[] lower, double[] upper) = before.Box.Intervals(counterpart);
        for (int j = 0; j < lower.Length; j++)
            (lower[j], upper[j]) = (Math.Max(lower[j], known.Lower[j]), Math.Min(upper[j], known.Upper[j]));
        for (int k = 0; k < relation.Sums.Length; k++)
        {
            int j = relation.Sums[k];
            budget.Spend(2.0 * errors.Length * before.Box.Size);
            (double low, double high) = NeuronSum.Bounds(
                before, original, relation.Terms.AsSpan(k * errors.Length, errors.Length), counterpart, j);
            if (double.IsFinite(low) && double.IsFinite(high)) // otherwise nothing is gained
                (lower[j], upper[j]) = (Math.Max(lower[j], low), Math.Min(upper[j], high));
        }

        for (int i = 0, at = 0; i < errors.Length; i++)
        {
            char kind = relation.Kinds[i];
            if (kind is not ('g' or 'n'))
                continue;
            int j = relation.Targets[at];
            double factor = relation.Factors[at++];
            budget.Spend(4.0 * before.Box.Size);
            errors[i] = before.Distance(i, kind == 'g' ? factor : -factor, counterpart, j);
            (double from, double to) = (Down(original.Lower[i], errors[i], factor), -Down(-original.Upper[i], errors[i], factor));
            (lower[j], upper[j]) = kind == 'g'
                ? (Math.Max(lower[j], from), Math.Min(upper[j], to))
                : (Math.Max(lower[j], -to), Math.Min(upper[j], -from));
        }

        for (int j = 0; j < lower.Length; j++)
        {
            if (!(lower[j] <= upper[j]))
                throw new Refusal(place, $"What is known of neuron {j} of the compressed network's layer contradicts itself.");
        }

        slack = [.. relation.Linear.Select(j => Math.Max(0, -lower[j]))];
        var met = InputBox.OfRectified(lower, upper);
        for (int i = 0, at = 0; i < errors.Length; i++)
        {
            if (relation.Kinds[i] is 'g' or 'n')
                sizes[i] = Outward.Multiply(relation.Factors[at], met.Sizes[relation.Targets[at++]]);
        }

        return met;
    }

    /// <summary>At most <c>(value - error) / factor</c>.</summary>
    private static double Down(double value, double error, double factor) =>
        error == 0 && factor == 1 ? value : Outward.Quotient(value, error, factor);

    /// <summary>How far linear neurons are from the combinations that represent them.</summary>
    private void Combine()
    {
        int[] combined = [.. Enumerable.Range(0, errors.Length).Where(i => relation.Kinds[i] == 'l')];
        if (combined.Length == 0)
            return;
        var parts = new Combination(before.Box, counterpart!, relation.Linear, slack, box, budget);
        double[] made = parts.Rows(relation.Coefficients.AsSpan(0, combined.Length * relation.Linear.Length), combined.Length);
        for (int k = 0; k < combined.Length; k++)
        {
            int i = combined[k];
            (double error, constants[i], sizes[i]) = parts.Compare(
                before.Row(i), before.Bias[i], Coefficients(k), made.AsSpan(k * before.Box.Size, before.Box.Size));
            errors[i] = Outward.Add(before.Error[i], error);
        }
    }

    /// <summary>At least <c>|P_i| |a| + |q_i|</c>.</summary>
    private double SizeBefore(int i) => Outward.Add(Outward.Dot(before.Row(i), before.Box.Sizes), Math.Abs(before.Bias[i]));

    private ReadOnlySpan<double> Coefficients(int combination) =>
        relation.Coefficients.AsSpan(combination * relation.Linear.Length, relation.Linear.Length);

    private Simulation Carry()
    {
        int rows = next.Outputs;
        double[] weights = new double[rows * box.Size], bias = next.Bias.ToArray(), error = new double[rows];
        double[] activations = original.Outputs;
        bool[] copied = Copied(), rounds = new bool[rows];
        double carryWork = 4.0
            * (errors.Length + ((double)relation.Kinds.AsSpan().Count('l') * relation.Linear.Length)
                + ((double)relation.Kinds.AsSpan().Count('f') * box.Size));
        for (int r = 0; r < rows; r++)
        {
            if (!needed[r])
            {
                error[r] = double.PositiveInfinity;
                continue;
            }

            ReadOnlySpan<double> row = next.Row(r);
            budget.Spend(carryWork);
            CarryRow(row, weights.AsSpan(r * box.Size, box.Size), ref bias[r]);
            error[r] = Outward.Add(Outward.Dot(row, errors), Outward.Widen(BoundedLayer.RadiusOf(next, r, activations), row.Length));
            for (int i = 0; i < row.Length; i++)
                rounds[r] |= row[i] != 0 && !copied[i];
        }

        if (relation.Kinds.AsSpan().ContainsAny('j', 'n'))
            CarryJoint(weights, bias, error, rounds);

        // Everything that was added up for a row counts: a joint part that a large weight absorbs is as wrong as any other. Each number of
        // the joint part itself is added once, which its own charge covers.
        double gamma = Outward.Gamma((2L * errors.Length) + relation.Linear.Length + 4);
        for (int r = 0; r < rows; r++)
        {
            if (needed[r] && rounds[r])
                error[r] = Outward.Add(
                    error[r],
                    Outward.Multiply(gamma, Outward.Add(Outward.Dot(next.Row(r), sizes), Math.Abs(next.Bias.Span[r]))) + box.Loss);
        }

        return new(before.Number + (counterpart is null ? 0 : 1), box, weights, bias, error);
    }

    /// <summary>All but the joint part of one row.</summary>
    private void CarryRow(ReadOnlySpan<double> row, Span<double> weights, ref double bias)
    {
        double[] combination = new double[relation.Linear.Length];
        for (int i = 0, gate = 0, combined = 0; i < row.Length; i++)
        {
            char kind = relation.Kinds[i];
            if (kind is 'g' or 'n')
                weights[relation.Targets[gate]] += row[i] * relation.Factors[gate++];
            else if (kind == 'l')
                Products.AddMultiple(Coefficients(combined++), row[i], combination);
            else if (kind == 'f')
                Products.AddMultiple(before.Row(i), row[i], weights);
            if (constants[i] != 0)
                bias += row[i] * constants[i];
        }

        for (int k = 0; k < combination.Length; k++)
            weights[relation.Linear[k]] += combination[k];
    }

    /// <summary>
    /// The contribution to the next layer of all linear neurons without a combination of their own, row by row, from the linear neurons of
    /// the compressed network.
    /// </summary>
    /// <param name="weights">The rows so far; receives the part.</param>
    /// <param name="bias">Likewise.</param>
    /// <param name="error">Likewise.</param>
    /// <param name="rounds">Receives whether something was added to a row.</param>
    private void CarryJoint(double[] weights, double[] bias, double[] error, bool[] rounds)
    {
        (double[] parts, double[] offsets, double[] partErrors) = JointParts();
        var combination = new Combination(before.Box, counterpart!, relation.Linear, slack, box, budget);
        int first = relation.Kinds.AsSpan().Count('l'), count = needed.AsSpan().Count(true);
        double[] made = combination.Rows(relation.Coefficients.AsSpan(first * relation.Linear.Length), count);
        double[] partSizes = new double[offsets.Length], sum = new double[before.Box.Size];
        for (int i = 0; i < partSizes.Length; i++)
            partSizes[i] = Outward.Add(Outward.Dot(parts.AsSpan(i * sum.Length, sum.Length), before.Box.Sizes), Math.Abs(offsets[i]));
        for (int r = 0, k = 0; r < next.Outputs; r++)
        {
            if (!needed[r])
                continue;
            ReadOnlySpan<double> row = next.Row(r), coefficients = Coefficients(first + k);
            budget.Spend((double)row.Length * sum.Length);
            Array.Clear(sum);
            double offset = 0;
            for (int i = 0; i < row.Length; i++)
            {
                if (partSizes[i] == 0 || row[i] == 0)
                    continue;
                Products.AddMultiple(parts.AsSpan(i * sum.Length, sum.Length), row[i], sum);
                offset += row[i] * offsets[i];
            }

            (double far, double constant, _) = combination.Compare(sum, offset, coefficients, made.AsSpan(k++ * sum.Length, sum.Length));
            far = Outward.Add(far, Outward.Multiply(Outward.Gamma(row.Length + 2), Outward.Dot(row, partSizes)) + before.Box.Loss);
            far = Outward.Add(far, Outward.Dot(row, partErrors));
            for (int j = 0; j < coefficients.Length; j++)
                weights[(r * box.Size) + relation.Linear[j]] += coefficients[j];
            bias[r] += constant;
            rounds[r] |= constant != 0 || coefficients.ContainsAnyExcept(0);
            error[r] = Outward.Add(error[r], far);
        }
    }

    /// <summary>
    /// The linear part of each neuron, as a function of the compressed layer's inputs; zero for those that have none here.
    /// </summary>
    private (double[] Parts, double[] Offsets, double[] Errors) JointParts()
    {
        int size = before.Box.Size;
        double[] parts = new double[errors.Length * size], offsets = new double[errors.Length], partErrors = new double[errors.Length];
        for (int i = 0; i < errors.Length; i++)
        {
            char kind = relation.Kinds[i];
            Span<double> part = parts.AsSpan(i * size, size);
            if (kind is 'j' or 'n')
            {
                before.Row(i).CopyTo(part);
                (offsets[i], partErrors[i]) = (before.Bias[i], before.Error[i]);
            }
        }

        return (parts, offsets, partErrors);
    }

    private static string Show(double value) => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}
