using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Numerics;

/// <summary>The exact simplex against enumeration of vertices.</summary>
public sealed class ExactTableauTests
{
    [Fact]
    public void MaximumSign_RandomPrograms_IsThatOfTheBestVertex()
    {
        var random = new Random(7);
        for (int round = 0; round < 400; round++)
        {
            int kind = random.Next(2);
            double Next() => kind == 0 ? random.Next(-3, 4) : HardNumbers.Next(random, 2);
            double[] widths = [Math.Abs(Next()), Math.Abs(Next())];
            double[][] kept = [.. Enumerable.Range(0, random.Next(4)).Select(
                _ => (double[])[Next(), Next(), Math.Abs(Next())])]; // each holds at the vertex 0
            double[] objective = [Next(), Next(), Next()];
            var tableau = new ExactTableau([widths[0], widths[1]]);
            foreach (double[] row in kept)
                tableau.Require(Exact(row));
            int sign = tableau.Copy().MaximumSign(Exact(objective));
            Assert.Equal(Best(widths, kept, objective).Sign, sign);

            // And from another vertex, with the objective itself as a constraint where it is not negative there.
            tableau.MaximumSign(Exact([Next(), Next(), 0]));
            Assert.Equal(sign, tableau.MaximumSign(Exact(objective)));
            if (sign < 0)
                continue;
            tableau.Require(Exact(objective));
            double[] other = [Next(), Next(), Next()];
            Assert.Equal(Best(widths, [.. kept, objective], other).Sign, tableau.MaximumSign(Exact(other)));
        }
    }

    [Fact]
    public void MaximumSign_PointBox_IsTheConstant()
    {
        var tableau = new ExactTableau([]);
        Assert.Equal([1, 0, -1], ((double[])[1e-300, 0, -5]).Select(c => tableau.MaximumSign(Exact([c]))));
    }

    [Fact]
    public void MaximumSign_Cancelled_Throws() =>
        Assert.Throws<OperationCanceledException>(() => new ExactTableau([1.0]).MaximumSign(Exact([1, 0]), new(canceled: true)));

    private static Dyadic[] Exact(double[] row) => Array.ConvertAll(row, static v => (Dyadic)v);

    /// <summary>The largest value of an affine function over the feasible points where two constraints are tight.</summary>
    private static Rational Best(double[] widths, double[][] kept, double[] objective)
    {
        Rational[][] rows = [.. ((double[][])[[1, 0, 0], [0, 1, 0], [-1, 0, widths[0]], [0, -1, widths[1]], .. kept]).Select(
            static r => Array.ConvertAll(r, static v => (Rational)v))];
        Rational? best = null;
        for (int a = 0; a < rows.Length; a++)
        {
            for (int b = a + 1; b < rows.Length; b++)
            {
                Rational det = (rows[a][0] * rows[b][1]) - (rows[a][1] * rows[b][0]);
                if (det.Sign == 0)
                    continue;
                Rational x = ((rows[a][1] * rows[b][2]) - (rows[b][1] * rows[a][2])) / det,
                    y = ((rows[b][0] * rows[a][2]) - (rows[a][0] * rows[b][2])) / det;
                if (rows.Any(r => ((r[0] * x) + (r[1] * y) + r[2]).Sign < 0))
                    continue;
                Rational value = ((Rational)objective[0] * x) + ((Rational)objective[1] * y) + (Rational)objective[2];
                best = best is { } known ? Rational.Max(known, value) : value;
            }
        }

        return best!.Value;
    }
}
