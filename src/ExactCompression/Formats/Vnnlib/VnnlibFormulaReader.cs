using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>Makes formulas of s-expressions: every expression is inspected a few times, however deeply it is nested.</summary>
/// <param name="names">Finds the variable that an atom names; null if it names none.</param>
/// <param name="budget">Counts work and memory.</param>
internal sealed class VnnlibFormulaReader(Func<SExpression, VnnlibVariable?> names, ImportBudget budget)
{
    // A sum of fractions has a denominator as long as all of theirs together: enough for any bound, and no file can take forever.
    private const int MostBits = 1 << 14;

    private const string NotLinear = "Only sums and constant multiples of variables are read.";

    private bool namesInput;
    private bool namesOther;

    /// <summary>Reads a formula.</summary>
    /// <param name="at">The expression.</param>
    public VnnlibFormula Read(SExpression at)
    {
        IReadOnlyList<SExpression> items = at.Items;
        string? head = items.Count > 1 ? at.Operator : null;
        if (head is "and" or "or")
            return new VnnlibJunction(at, head == "and", [.. items.Skip(1).Select(Read)]);
        (namesInput, namesOther) = (false, false);
        if (head is not ("<=" or ">=" or "<" or ">" or "=" or "==" or "!=") || items.Count != 3)
        {
            Scan(at);
            return Unread(at, new(at, head is "<=" or ">=" or "<" or ">" or "=" or "==" or "!="
                ? $"'{head}' compares {items.Count - 1} terms; write one comparison for each pair."
                : $"'{at.Text}' is not 'and', 'or' or a comparison."));
        }

        Term left = Read(items[1], at), right = Read(items[2], at);
        if ((left.Failure ?? right.Failure) is { } failure)
            return Unread(at, failure);
        bool turned = head is ">=" or ">";
        LinearForm form = LinearForm.Sum([(left.Form!, turned), (right.Form!, !turned)]);
        VnnlibRelation relation = head switch
        {
            "<=" or ">=" => VnnlibRelation.AtMost,
            "<" or ">" => VnnlibRelation.Below,
            "!=" => VnnlibRelation.NotEqual,
            _ => VnnlibRelation.Equal,
        };
        return new VnnlibComparison(at, form, relation, namesInput, namesOther);
    }

    private VnnlibUnread Unread(SExpression at, Failure failure) => new(at, failure.Problem, failure.Where, namesInput, namesOther);

    /// <summary>Notes which kinds of variables an expression names.</summary>
    private void Scan(SExpression at)
    {
        if (at.Atom is not null)
            Name(at);
        foreach (SExpression item in at.Items)
            Scan(item);
    }

    private VnnlibVariable? Name(SExpression atom)
    {
        VnnlibVariable? variable = names(atom);
        namesInput |= variable is { Role: VnnlibRole.Input };
        namesOther |= variable is { Role: not VnnlibRole.Input };
        return variable;
    }

    private Term Read(SExpression at, SExpression formula)
    {
        if (at.Atom is { } atom)
        {
            if (Name(at) is { } variable)
                return new(LinearForm.Of(variable));
            return at.Indices is null && DecimalEnclosure.Exactly(atom) is { } number
                ? new(LinearForm.Of(number))
                : new(new Failure(at, $"'{at.Text}' is neither a declared variable nor a number that can be read."));
        }

        IReadOnlyList<SExpression> items = at.Items;
        string? head = items.Count > 1 ? at.Operator : null;
        if (head is not ("+" or "-" or "*" or "/"))
        {
            Scan(at);
            return new(new Failure(at, $"'{at.Text}' is not a sum, a difference, a product or a quotient."));
        }

        Term[] parts = [.. items.Skip(1).Select(item => Read(item, formula))];
        if (parts.FirstOrDefault(static p => p.Failure is not null) is { Failure: { } } failed)
            return failed;
        LinearForm[] forms = [.. parts.Select(static p => p.Form!)];
        budget.Work(forms.Sum(static f => (f.Terms.Count + 1) * (1 + (f.Bits / 64))), at.Place);
        budget.Allocate(forms.Sum(static f => (f.Terms.Count + 1) * (48 + (f.Bits / 8))), at.Place);
        LinearForm? result = head switch
        {
            "+" => LinearForm.Sum([.. forms.Select(static f => (f, false))]),
            "-" => LinearForm.Sum([.. forms.Select((f, i) => (f, i > 0 || forms.Length == 1))]),
            "*" => Product(forms),
            _ => Quotient(forms),
        };
        return result is null ? new(new Failure(at, $"'{at.Text}' is no linear term. {NotLinear}"))
            : result.Bits > MostBits ? new(new Failure(at, $"The numbers of '{at.Text}' have more than {MostBits} bits."))
            : new(result);
    }

    private LinearForm? Product(LinearForm[] forms)
    {
        LinearForm product = forms[0];
        foreach (LinearForm factor in forms.AsSpan(1))
        {
            if (!product.IsConstant && !factor.IsConstant)
                return null;
            product = product.IsConstant ? factor.Times(product.Constant) : product.Times(factor.Constant);
            if (product.Bits > 2 * MostBits)
                return product;
            budget.Work(1 + (product.Bits / 64), "product");
        }

        return product;
    }

    private static LinearForm? Quotient(LinearForm[] forms) =>
        forms is [var dividend, { IsConstant: true, Constant: { Numerator.IsZero: false } divisor }]
            ? dividend.Times(new ExactRational(1, 1).Over(divisor)) : null;

    /// <summary>What is not understood, and where.</summary>
    private sealed record Failure(SExpression Where, string Problem);

    private readonly record struct Term(LinearForm? Form, Failure? Failure)
    {
        public Term(LinearForm form)
            : this(form, null)
        {
        }

        public Term(Failure failure)
            : this(null, failure)
        {
        }
    }
}
