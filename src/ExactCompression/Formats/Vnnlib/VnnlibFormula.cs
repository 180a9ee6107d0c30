namespace ExactCompression.Formats;

/// <summary>A formula of a property.</summary>
/// <param name="At">Where it is written.</param>
/// <param name="NamesInput">Whether an input is named in it, even one that cancels.</param>
/// <param name="NamesOther">Whether an output or a hidden value is named in it.</param>
internal abstract record VnnlibFormula(SExpression At, bool NamesInput, bool NamesOther);

/// <summary>A conjunction or a disjunction.</summary>
/// <param name="At">Where it is written.</param>
/// <param name="IsAnd">Whether it is a conjunction.</param>
/// <param name="Parts">One formula or more.</param>
internal sealed record VnnlibJunction(SExpression At, bool IsAnd, IReadOnlyList<VnnlibFormula> Parts)
    : VnnlibFormula(At, Parts.Any(static p => p.NamesInput), Parts.Any(static p => p.NamesOther));

/// <summary>A comparison of a linear form with 0.</summary>
/// <param name="At">Where it is written.</param>
/// <param name="Form">What is compared.</param>
/// <param name="Relation">How.</param>
/// <param name="NamesInput">Whether an input is named in it.</param>
/// <param name="NamesOther">Whether anything else is.</param>
internal sealed record VnnlibComparison(SExpression At, LinearForm Form, VnnlibRelation Relation, bool NamesInput, bool NamesOther)
    : VnnlibFormula(At, NamesInput, NamesOther)
{
    /// <summary>Whether it holds, if its form is a number.</summary>
    public bool HoldsAsConstant => Form.Constant.Numerator.Sign switch
    {
        < 0 => Relation is not VnnlibRelation.Equal,
        0 => Relation is VnnlibRelation.AtMost or VnnlibRelation.Equal,
        _ => Relation is VnnlibRelation.NotEqual,
    };
}

/// <summary>A formula that is not of these forms; what uses it decides whether that matters.</summary>
/// <param name="At">Where it is written.</param>
/// <param name="Problem">What is not understood, as a sentence.</param>
/// <param name="Where">Where exactly.</param>
/// <param name="NamesInput">Whether an input is named in it.</param>
/// <param name="NamesOther">Whether anything else is.</param>
internal sealed record VnnlibUnread(SExpression At, string Problem, SExpression Where, bool NamesInput, bool NamesOther)
    : VnnlibFormula(At, NamesInput, NamesOther);

/// <summary>How a linear form is compared with 0.</summary>
internal enum VnnlibRelation
{
    /// <summary>At most 0.</summary>
    AtMost,

    /// <summary>Below 0.</summary>
    Below,

    /// <summary>Exactly 0.</summary>
    Equal,

    /// <summary>Not 0.</summary>
    NotEqual,
}
