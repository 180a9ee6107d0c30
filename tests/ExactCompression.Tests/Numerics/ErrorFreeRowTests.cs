using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Numerics;

/// <summary>
/// Rows of sums beside fractions. A machine has wide vectors or it has not, so that the loops of both are called here themselves; lengths
/// leave none to a dozen columns to the plain loop after them.
/// </summary>
public class ErrorFreeRowTests
{
    /// <summary>How many columns lie in no vector, or in some of any width.</summary>
    private const int MostColumns = 21;

    private static readonly double HalfUnit = Math.Pow(2, -53);

    /// <summary>Which loop adds.</summary>
    public enum Loop
    {
        /// <summary>What the machine takes.</summary>
        Any,

        /// <summary>512 bits, and nothing after them.</summary>
        Wide,

        /// <summary>The machine's vectors, and nothing after them.</summary>
        Narrow,
    }

    [Fact]
    public void AddProducts_NumbersOfAnySize_HoldsTheTrueSums()
    {
        for (int seed = 0; seed < 1500; seed++)
        {
            var random = new Random(seed);
            int kind = random.Next(HardNumbers.Kinds), columns = random.Next(1, MostColumns), terms = random.Next(1, 9);
            var (exact, sums, errors) = (new Rational[columns], new double[columns], new double[columns]);
            var row = new ErrorFreeRow(sums, errors);
            for (int t = 0; t < terms; t++)
            {
                double factor = HardNumbers.Next(random, random.Next(4) == 0 ? random.Next(HardNumbers.Kinds) : kind);
                double[] values = [.. Enumerable.Range(0, columns).Select(
                    _ => random.Next(4) == 0 ? 0 : HardNumbers.Next(random, kind))];
                double least = values.Where(static v => v != 0).Select(Math.Abs).DefaultIfEmpty(double.PositiveInfinity).Min();
                row.AddProducts(factor, 0, values, default, random.Next(2) == 0 ? least : 0);
                for (int j = 0; j < columns; j++)
                    exact[j] += (Rational)factor * values[j];
            }

            row.Finish();
            for (int j = 0; j < columns; j++)
                Assert.True(Rational.Abs(exact[j] - sums[j]) <= errors[j], $"seed {seed}, column {j}: {sums[j]:R}, {errors[j]:R}");
        }
    }

    [Fact]
    public void AddProducts_FactorsAndValuesWithinRadii_HoldsTheSumsAtTheirEnds()
    {
        for (int seed = 0; seed < 600; seed++)
        {
            var random = new Random(seed);
            int kind = random.Next(HardNumbers.Kinds), columns = random.Next(1, MostColumns);
            double Radius(double value) => random.Next(3) == 0 ? 0 : Math.Abs(value) * Math.Pow(2, -random.Next(0, 60));
            var (sums, errors) = (new double[columns], new double[columns]);
            var (up, down) = (new Rational[columns], new Rational[columns]);
            var row = new ErrorFreeRow(sums, errors);
            for (int t = 0; t < 4; t++)
            {
                double factor = HardNumbers.Next(random, kind), factorRadius = Radius(factor);
                double[] values = [.. Enumerable.Range(0, columns).Select(_ => random.Next(4) == 0 ? 0 : HardNumbers.Next(random, kind))];
                double[] radii = random.Next(3) == 0 ? [] : Array.ConvertAll(values, Radius);
                row.AddProducts(factor, factorRadius, values, radii);
                for (int j = 0; j < columns; j++)
                {
                    // All magnitudes go up, or all down: the products' ends where a radius is no more than its number.
                    Rational f = Rational.Abs(factor), v = Rational.Abs(values[j]), r = radii.Length == 0 ? 0 : radii[j];
                    int sign = Math.Sign(factor) * Math.Sign(values[j]);
                    (Rational more, Rational less) = ((f + factorRadius) * (v + r), (f - factorRadius) * (v - r));
                    up[j] += sign < 0 ? -less : more;
                    down[j] += sign < 0 ? -more : less;
                }
            }

            row.Finish();
            for (int j = 0; j < columns; j++)
                Assert.True(up[j] - sums[j] <= errors[j] && sums[j] - down[j] <= errors[j], $"seed {seed}, column {j}");
        }
    }

    [Fact]
    public void AddProducts_RadiusOfTheFactorAlone_IsThatOfTheProducts()
    {
        double[] sums = new double[3], errors = new double[3];
        var row = new ErrorFreeRow(sums, errors);
        row.AddProducts(2, 0.5, (double[])[3, -3, 0], default);
        row.AddProducts(0, 0.25, (double[])[1, 0, 4], default); // a factor that is 0 but for its radius
        row.Finish();
        Assert.Equal([6, -6, 0], sums);
        Assert.All(errors.Zip((double[])[1.75, 1.5, 1]), static e => Assert.InRange(e.First, e.Second, e.Second * (1 + 1e-12)));
    }

    /// <summary>A radius of half the smallest double, of the row or of the factor.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AddProducts_RadiusThatUnderflows_IsCharged(bool isOfFactor)
    {
        double tiny = Math.Pow(2, -600), number = Math.Pow(2, -475);
        double[] sums = new double[1], errors = new double[1];
        var row = new ErrorFreeRow(sums, errors);
        if (isOfFactor)
            row.AddProducts(0, tiny, (double[])[number], default);
        else
            row.AddProducts(number, 0, (double[])[0], (double[])[tiny]);
        row.Finish();
        Assert.True(errors[0] > 0);
    }

    [Fact]
    public void AddProducts_NothingRounded_LeavesNoError()
    {
        for (int columns = 1; columns < MostColumns; columns++)
        {
            double[] sums = new double[columns], errors = new double[columns];
            var row = new ErrorFreeRow(sums, errors);
            row.AddProducts(1e-300, 0, new double[columns], default); // 0 does not underflow
            row.AddProducts(0, 0, (double[])[.. Enumerable.Repeat(1e-300, columns)], default);
            for (int t = 1; t < 5; t++)
                row.AddProducts(t / 4.0, 0, (double[])[.. Enumerable.Range(0, columns).Select(j => j - 3.5)], default);
            row.Finish();
            Assert.Equal([.. Enumerable.Range(0, columns).Select(static j => 2.5 * (j - 3.5))], sums);
            Assert.Equal(new double[columns], errors);
        }
    }

    /// <summary>Each product is half the smallest double, and 0; a hundred of them are as many halves off.</summary>
    [Fact]
    public void AddProducts_ThatUnderflow_AreLookedForUnlessTheLeastExcludesThem()
    {
        double factor = Math.Pow(2, -600), value = Math.Pow(2, -475);
        for (int columns = 1; columns < MostColumns; columns++)
        {
            double[] sums = new double[columns], errors = new double[columns];
            var row = new ErrorFreeRow(sums, errors);
            for (int t = 0; t < 100; t++)
                row.AddProducts(factor, 0, (double[])[.. Enumerable.Repeat(value, columns)], default, value);
            row.Finish();
            Assert.All(errors.Zip(sums), static e => Assert.True(e.First + e.Second >= 50 * double.Epsilon));
        }
    }

    /// <summary>1, and then halves of its last place, each of which is lost when the radii are added up.</summary>
    [Fact]
    public void Finish_RadiiWhoseSumIsLost_AreCharged()
    {
        const int Terms = 100;
        double[] sums = new double[1], errors = new double[1];
        var row = new ErrorFreeRow(sums, errors);
        for (int t = 0; t <= Terms; t++)
            row.AddProducts(1, 0, (double[])[0], (double[])[t == 0 ? 1 : HalfUnit]);
        row.Finish();
        Assert.True(errors[0] >= (Rational)1 + (Terms * HalfUnit));
    }

    /// <summary>A product that rounds, and a sum that does.</summary>
    [Theory]
    [InlineData(Loop.Any)]
    [InlineData(Loop.Wide)]
    [InlineData(Loop.Narrow)]
    public void Add_WhatEachOperationRounds_IsCharged(Loop loop)
    {
        const int Columns = 16;
        double[] sums = new double[Columns], errors = new double[Columns];
        double odd = 1 + (2 * HalfUnit);
        Add(loop, sums, errors, odd, [.. Enumerable.Repeat(odd, Columns)]); // (1 + 2^-52)^2 rounds by 2^-104
        Assert.All(errors, static e => Assert.Equal(Math.Pow(2, -104), e));
        Assert.All(sums, static s => Assert.Equal(1 + Math.Pow(2, -51), s));
        Add(loop, sums, errors, 1, [.. Enumerable.Repeat(HalfUnit, Columns)]); // a tie, which goes to the even neighbour
        Assert.All(sums, static s => Assert.Equal(1 + Math.Pow(2, -51), s));
        Assert.All(errors, static e => Assert.Equal(HalfUnit + Math.Pow(2, -104), e));
    }

    [Theory]
    [InlineData(Loop.Wide)]
    [InlineData(Loop.Narrow)]
    public void Add_ManyColumns_GivesTheBitsOfEachByItself(Loop loop)
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            int columns = random.Next(1, MostColumns), kind = random.Next(HardNumbers.Kinds);
            double[] sums = new double[columns], errors = new double[columns];
            var alone = new (double[] Sum, double[] Error)[columns];
            Array.ForEach([.. Enumerable.Range(0, columns)], j => alone[j] = (new double[1], new double[1]));
            int done = 0;
            for (int t = 0; t < 5; t++)
            {
                double factor = (random.NextDouble() * 2) - 1;
                double[] values = [.. Enumerable.Range(0, columns).Select(_ => HardNumbers.Next(random, kind))];
                done = Add(loop, sums, errors, factor, values);
                for (int j = 0; j < columns; j++)
                {
                    var one = new ErrorFreeRow(alone[j].Sum, alone[j].Error);
                    one.AddProducts(factor, 0, (double[])[values[j]], default, double.PositiveInfinity);
                }
            }

            Assert.True(columns - done < 8);
            Assert.Equal([.. alone.Take(done).Select(static a => a.Sum[0])], sums[..done]);
            Assert.Equal([.. alone.Take(done).Select(static a => a.Error[0])], errors[..done]);
            Assert.True(sums.AsSpan(done).IndexOfAnyExcept(0.0) < 0); // what is left is the plain loop's
        }
    }

    private static int Add(Loop loop, double[] sums, double[] errors, double factor, double[] values)
    {
        var row = new ErrorFreeRow(sums, errors);
        if (loop == Loop.Wide)
            return row.AddWide(factor, values);
        if (loop == Loop.Narrow)
            return row.AddNarrow(factor, values);
        row.AddProducts(factor, 0, values, default);
        return sums.Length;
    }
}
