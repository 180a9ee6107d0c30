using System.Numerics.Tensors;
using ExactCompression.Networks;

namespace ExactCompression.Compression.Minimum;

/// <summary>
/// Looks, in plain double, for inputs at which a pre-activation is 0 while what lies below stays as it is at a starting point: steepest
/// descent within the cell of the starting point and the domain, along whatever wall is met. Proposes only.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="site">The layer.</param>
/// <param name="lower">Lower ends of the domain.</param>
/// <param name="upper">Upper ends of the domain.</param>
internal sealed class KinkSearch(LoweredGraph graph, LayerSite site, double[] lower, double[] upper)
{
    /// <summary>Walls that are met on one way.</summary>
    private const int MostEvents = 48;

    /// <summary>With more entries than this, the walls of a cell are not computed.</summary>
    private const long MostEntries = 1L << 22;

    /// <summary>The part of its distance at the start that is kept from a wall.</summary>
    private const double Kept = 0.05;

    /// <summary>A starting point with the walls of its cell.</summary>
    /// <param name="Point">The point.</param>
    /// <param name="Pattern">Its pattern.</param>
    /// <param name="Z">The pre-activations there, by layer.</param>
    /// <param name="Walls">Gradients of the pre-activations below, with their values; null where there are too many.</param>
    public sealed record Start(double[] Point, CellPattern Pattern, double[][] Z, (double[] Gradient, double Z)[]? Walls);

    /// <summary>Makes a starting point of an input.</summary>
    /// <param name="point">The input.</param>
    /// <param name="pattern">Its pattern.</param>
    /// <param name="cone">The elements below that matter, by value.</param>
    public Start From(double[] point, CellPattern pattern, bool[]?[] cone)
    {
        double[][] z = LoweredEvaluation.PreActivations(graph, point, site.Number);
        (int Number, int Element)[] below = [.. site.Below.SelectMany(number => Enumerable.Range(0, z[number - 1].Length)
            .Where(i => z[number - 1][i] != 0 && cone[graph.ValueOf(number)]?[i] == true).Select(i => (number, i)))];
        bool isSmall = (long)below.Length * point.Length <= MostEntries;
        return new(point, pattern, z, isSmall ? Array.ConvertAll(below, Wall) : null);

        (double[] Gradient, double Z) Wall((int Number, int Element) at) =>
            (Gradient(pattern, at.Number, at.Element), z[at.Number - 1][at.Element]);
    }

    /// <summary>Two inputs close to each other on both sides of a neuron's kink, in the cell of the start; null if none was met.</summary>
    /// <param name="start">The start.</param>
    /// <param name="element">The neuron, as an element of the layer.</param>
    public (double[] Before, double[] After)? Within(Start start, int element)
    {
        if (start.Walls is null)
            return null;
        double[] gradient = Gradient(start.Pattern, site.Number, element), x = [.. start.Point];
        double z = start.Z[site.Number - 1][element], scale = Math.Abs(z);
        double[] margins = Array.ConvertAll(start.Walls, static w => w.Z), direction = new double[x.Length];
        var isFixed = new bool[x.Length];
        var met = new List<int>();
        var basis = new List<double[]>();
        for (int events = 0; events < MostEvents; events++)
        {
            Direct(gradient, z > 0 ? -1 : 1, isFixed, basis, direction);
            double rate = Math.Abs(TensorPrimitives.Dot<double>(gradient, direction));
            if (!(rate > 1e-9 * TensorPrimitives.Dot<double>(gradient, gradient)))
                return null;
            double most = Math.Abs(z) / rate;
            int wall = -1, input = -1;
            for (int k = 0; k < margins.Length; k++)
            {
                double slope = TensorPrimitives.Dot<double>(start.Walls[k].Gradient, direction) * Math.Sign(start.Walls[k].Z);
                double room = Math.Abs(margins[k]) - (Kept * Math.Abs(start.Walls[k].Z));
                if (slope < 0 && !met.Contains(k) && Math.Max(0, room) / -slope < most)
                    (most, wall) = (Math.Max(0, room) / -slope, k);
            }

            for (int i = 0; i < x.Length; i++)
            {
                double room = direction[i] > 0 ? upper[i] - x[i] : lower[i] - x[i];
                if (direction[i] != 0 && room / direction[i] < most)
                    (most, input, wall) = (Math.Max(0, room / direction[i]), i, -1);
            }

            if (wall < 0 && input < 0)
                return Beside(x, direction, most, scale / rate);
            for (int i = 0; i < x.Length; i++)
                x[i] = Math.Clamp(x[i] + (most * direction[i]), lower[i], upper[i]);
            for (int k = 0; k < margins.Length; k++)
                margins[k] += most * TensorPrimitives.Dot<double>(start.Walls[k].Gradient, direction);
            z += most * TensorPrimitives.Dot<double>(gradient, direction);
            bool isNew = Fix(x, direction, input, isFixed);
            if (isNew)
                basis.Clear();
            if (wall >= 0)
                met.Add(wall);
            foreach (int m in isNew ? met : met.TakeLast(wall >= 0 ? 1 : 0))
                Extend(basis, start.Walls[m].Gradient, isFixed);
        }

        return null;
    }

    /// <summary>
    /// Two inputs close to each other on both sides of a neuron's kink, on the way from one input to another; null if the sign is the same
    /// at both.
    /// </summary>
    /// <param name="from">An input.</param>
    /// <param name="to">Another.</param>
    /// <param name="element">The neuron, as an element of the layer.</param>
    public (double[] Before, double[] After)? Between(double[] from, double[] to, int element)
    {
        double At(double t) => LoweredEvaluation.PreActivations(graph, On(t), site.Number)[site.Number - 1][element];
        double[] On(double t) => [.. from.Select((x, i) => Math.Clamp(x + (t * (to[i] - x)), lower[i], upper[i]))];
        int sign = Math.Sign(At(0));
        if (sign == 0 || Math.Sign(At(1)) != -sign)
            return null;
        double low = 0, high = 1;
        while (high - low > 1e-7)
        {
            double middle = (low + high) / 2;
            if (Math.Sign(At(middle)) == sign)
                low = middle;
            else
                high = middle;
        }

        return (On(Math.Max(0, low - 1e-7)), On(Math.Min(1, high + 1e-7)));
    }

    /// <summary>The corner of the domain that a pre-activation falls or rises to most by its gradient at a start.</summary>
    /// <param name="start">The start.</param>
    /// <param name="element">The neuron, as an element of the layer.</param>
    public double[] Corner(Start start, int element)
    {
        double[] gradient = Gradient(start.Pattern, site.Number, element);
        bool falls = start.Z[site.Number - 1][element] > 0;
        return [.. gradient.Select((g, i) => g == 0 ? start.Point[i] : g > 0 == falls ? lower[i] : upper[i])];
    }

    private (double[] Before, double[] After) Beside(double[] x, double[] direction, double distance, double scale)
    {
        double step = 1e-6 * Math.Max(distance, scale);
        double[] On(double t) => [.. x.Select((v, i) => Math.Clamp(v + (t * direction[i]), lower[i], upper[i]))];
        return (On(distance - step), On(distance + step));
    }

    private double[] Gradient(CellPattern pattern, int number, int element) =>
        LoweredGradient.ByInput(graph, number, element, pattern.IsOn);

    /// <summary>Fixes the inputs that are at an end of the domain and would go beyond, and one more.</summary>
    /// <returns>Whether any was not fixed before.</returns>
    private bool Fix(double[] x, double[] direction, int input, bool[] isFixed)
    {
        bool isNew = false;
        for (int i = 0; i < x.Length; i++)
        {
            bool isAtEnd = direction[i] > 0 ? x[i] >= upper[i] : direction[i] < 0 && x[i] <= lower[i];
            if (isFixed[i] || (!isAtEnd && i != input))
                continue;
            isFixed[i] = isNew = true;
        }

        return isNew;
    }

    /// <summary>The gradient with a sign, less its parts across walls and along inputs that are fixed.</summary>
    private static void Direct(double[] gradient, int sign, bool[] isFixed, List<double[]> basis, double[] direction)
    {
        TensorPrimitives.Multiply<double>(gradient, sign, direction);
        Free(direction, isFixed);
        Reduce(direction, basis);
    }

    /// <summary>Adds a wall to an orthonormal basis of those that were met.</summary>
    private static void Extend(List<double[]> basis, double[] wall, bool[] isFixed)
    {
        double[] row = [.. wall];
        Free(row, isFixed);
        double length = TensorPrimitives.Norm<double>(row);
        Reduce(row, basis);
        double rest = TensorPrimitives.Norm<double>(row);
        if (!(rest > 1e-9 * length))
            return;
        TensorPrimitives.Divide<double>(row, rest, row);
        basis.Add(row);
    }

    private static void Free(double[] row, bool[] isFixed)
    {
        for (int i = 0; i < row.Length; i++)
        {
            if (isFixed[i])
                row[i] = 0;
        }
    }

    private static void Reduce(double[] row, List<double[]> basis)
    {
        foreach (double[] b in basis)
            TensorPrimitives.MultiplyAdd<double>(b, -TensorPrimitives.Dot<double>(b, row), row, row);
    }
}
